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

-- Whether a search matches few comments was the planner's guess. For a word outside of the 1,000 most common it guesses half
-- of the rarest known frequency, so that from 820,000 comments on no word was rare. Counting by the index is exact, and cheap
-- because it ends at the limit. Without `enable_seqscan = off`, Postgres would read the table for a word it takes for common.
drop function search_is_selective(text);
create function search_matches_at_most(query text, most bigint) returns boolean language sql stable
set enable_seqscan = off as $$
    select count(*) <= most from (
        select from comment_search where search_vector @@ websearch_to_tsquery('simple', query) limit most + 1
    ) found
$$;
