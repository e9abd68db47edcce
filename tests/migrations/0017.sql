insert into log_entries (position, id, act, kind, account_id, about, why, at, decisions, previous, hash)
select place, nextval('log_entry_ids'), 3, 'blocked', 1, 'domain example.org', '', at, 0, before,
    sha256(convert_to(format(E'%s\n%s\nblocked\n3\n1\n%s\ndomain example.org\n\n', place, encode(before, 'hex'),
        (extract(epoch from at) * 1000000)::bigint), 'UTF8'))
from (
    select max(position) + 1 as place, (array_agg(hash order by position desc))[1] as before, timestamptz '2026-02-01' as at from log_entries
) last;
