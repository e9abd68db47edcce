insert into commenters (email_hash, email_sealed, created_at) values ('\x05', '\x06', '2026-01-04');
insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, body_digest, status, reasons, created_at) values
    (1, null, 1, 1, 'Ann', 'One', '<p>One</p>', '\x01', 'approved', '{}', '2026-01-04'),
    (1, null, 2, 1, 'Ann', 'Two', '<p>Two</p>', '\x02', 'held', '{everything-is-held}', '2026-01-04');
insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, body_digest, status, reasons, created_at) values
    (1, 1, 1, 1, 'Ann', 'Three', '<p>Three</p>', '\x03', 'approved', '{}', '2026-01-05');
