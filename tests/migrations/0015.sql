insert into blocked_domains values ('spam.example.org', 1, '2026-01-15');
insert into blocked_networks values ('192.0.2.0/24', 1, '2026-01-15');
insert into lately values ('\x0b', '2026-01-15');
insert into checks (comment_id, otherwise, next_try_at) values (95, 'approved', '2026-01-15');
