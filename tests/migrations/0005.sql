insert into decisions (act, comment_id, account_id, from_status, to_status, undoes, decided_at) values
    (1, 2, 1, 'held', 'spam', null, '2026-01-06'),
    (2, 2, 1, 'spam', 'held', 1, '2026-01-06');
