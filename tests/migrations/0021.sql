insert into digests (account_id, comments, made_at, expires_at) values (1, '{98}', '2026-02-05', '2026-02-12');
insert into outbox (account_id, letter, next_try_at, written_at) values (1, '\x0f', '2026-02-05', '2026-02-05');
