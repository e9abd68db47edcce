insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) values
    (1, null, 4, 1, 'Ann', 'Four', '<p>Four</p>', decode(repeat('ab', 32), 'hex'), 'spam', '{trap-filled}', '2026-01-07');
