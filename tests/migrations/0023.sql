insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) values
    (99, 1, 99, 1, 'Ann', 'Counted', '<p>Counted</p>', '\x99', 'held', '{first-timer}', '2026-02-07');
