insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at, lookalike_id) values
    (98, 1, 98, 1, 'Ann', 'Alike', '<p>Alike</p>', '\x98', 'held', '{first-timer,hold-word:a,hold-word:b}', '2026-02-02', null);
insert into lookalikes (id) values (98);
update comments set lookalike_id = 98 where id = 98;
insert into bulk_acts (act, account_id, to_status, filter, why, begun_at, as_of, expected) values (4, 1, 'spam', 'status=held', '', '2026-02-02', '2026-02-02', 1);
