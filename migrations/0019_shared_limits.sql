-- Rate limits that all servers share. Unlogged: after a crash of the database, nobody has to wait.
create unlogged table rate_limits (
    key_hash bytea primary key check (octet_length(key_hash) = 32),
    -- Time at which the whole burst is allowed again: the theoretical arrival time of the generic cell rate algorithm.
    full_at timestamptz not null
);
create index rate_limits_by_time on rate_limits (full_at);

-- A public comment is found again whoever repeats it.
create index comments_by_recent_dedup_hash on comments (dedup_hash) where length(dedup_hash) = 32;

-- A verification email that was over a limit is sent once a comment of the commenter is approved.
alter table commenters add verification_waits boolean not null default false;
create index commenters_with_waiting_verification on commenters (id) where verification_waits;
