insert into rate_limits (key_hash, full_at) values (sha256('a network'), '2026-11-30T10:00:00Z');
update commenters set verification_waits = true where id = (select min(id) from commenters);
