insert into commenters (email_hash, email_sealed, created_at) values ('\x0c', '\x0d', '2026-01-16');
insert into commenter_browsers values ('\x0e', 1, '2026-01-16');
insert into subscriptions (commenter_id, article_id, scope, asked_at, active_since)
select id, 1, 'everything', '2026-01-16', '2026-01-16' from commenters where email_hash = '\x0c';
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at) values
    (97, 1, 97, 1, 'Ann', 'News', '<p>News</p>', '\x97', 'approved', '{}', '2026-01-17');
insert into outbox (commenter_id, letter, next_try_at, written_at) select id, '\x0f', '2026-01-17', '2026-01-17' from commenters where email_hash = '\x0c';
insert into news values (97) on conflict do nothing;
