insert into log_entries (position, id, act, kind, account_id, about, why, at, decisions, previous, hash)
select max(position) + 1, nextval('log_entry_ids'), 3, 'blocked', 1, 'domain example.org', '', '2026-02-01', 0,
    (array_agg(hash order by position desc))[1], sha256('x') from log_entries;
