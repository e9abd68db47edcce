insert into accounts (handle, name, role, passphrase_hash, created_at) values
    ('ada', 'Ada', 'admin', '$argon2id$sample', '2026-01-01'),
    ('mo', 'Мо', 'moderator', null, '2026-01-02');
insert into sessions values ('\x01', 1, '2026-01-01', '2026-02-01');
insert into claims (token_hash, created_at) values ('\x02', '2026-01-01');
insert into sign_in_failures values ('\x03', 3, '2026-01-01');
