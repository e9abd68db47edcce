insert into digests (account_id, comments, made_at, expires_at) values (1, '{98,97}', '2026-02-06', '2026-02-13');
update accounts set email_sealed = '\x10', email_set_at = '2026-02-06', email_confirmed_at = '2026-02-06', digest = 'daily', digest_at = '2026-02-06' where handle = 'ada';
