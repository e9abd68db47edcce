insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) values
    (100, 1, 100, 1, 'Ann', 'Told', '<p>Told</p>', '\x0100', 'held', '{first-timer}', '2026-02-08');
