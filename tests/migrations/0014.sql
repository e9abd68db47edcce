insert into comments (id, article_id, parent_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) values
    (95, 1, null, 95, 1, 'Ann', 'Held question', '<p>Held question</p>', '\x95', 'held', '{}', '2026-01-13'),
    (96, 1, 95, 95, 1, 'Ann', 'Answer', '<p>Answer</p>', '\x96', 'approved', '{}', '2026-01-14');
update comments set version = 1, edited_at = '2026-01-14', account_id = 1 where id = 96;
