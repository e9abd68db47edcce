-- The log of the desk. What is done with one press of a button is an entry, or one entry a batch if it is much; each entry
-- has the hash of the one before it in its own, so that none can be changed, put in or taken out without all that follow
-- telling. How the hash is made is in `moderation/log.rs`.

create type log_kind as enum ('decided', 'undone', 'edited', 'blocked', 'unblocked', 'treated', 'emptied');

-- Decisions are written before their entry has its place, so that the end of the chain is held for a moment only.
create sequence log_entry_ids;

create table log_entries (
    -- Its place in the chain: from 1, without gaps.
    position   bigint primary key check (position > 0),
    id         bigint not null unique,
    act        bigint not null,
    kind       log_kind not null,
    -- Null: what happens by itself.
    account_id bigint references accounts,
    -- What it is about, where that is not in its decisions: `comment 17`, `commenter 4`, `domain example.org`.
    about      text not null check (about !~ '[\n\r]'),
    why        text not null check (why !~ '[\n\r]'),
    at         timestamptz not null,
    -- How many decisions are under it.
    decisions  integer not null check (decisions >= 0),
    previous   bytea not null,
    hash       bytea not null unique
);
create index log_entries_by_act on log_entries (act);
create index log_entries_by_account on log_entries (account_id, position desc);
create index log_entries_by_kind on log_entries (kind, position desc);

alter table decisions add column entry bigint;

-- What was decided before there was a chain: an entry for each act.
alter table decisions disable trigger decisions_stand;
do $$
declare
    one record;
    place bigint := 0;
    entry_id bigint;
    before bytea := ''::bytea;
    made bytea;
begin
    for one in
        select act, min(account_id) as account_id, min(decided_at) as at, count(*)::integer as decisions,
            case when bool_or(undoes is not null) then 'undone' else 'decided' end as kind,
            string_agg(format(E'%s %s %s %s %s\n', id, comment_id, from_status, to_status, coalesce(undoes::text, '-')), '' order by id) as lines
        from decisions group by act order by min(id)
    loop
        place := place + 1;
        entry_id := nextval('log_entry_ids');
        made := sha256(convert_to(format(E'%s\n%s\n%s\n%s\n%s\n%s\n\n\n%s', place, encode(before, 'hex'), one.kind, one.act, one.account_id,
            (extract(epoch from one.at) * 1000000)::bigint, one.lines), 'UTF8'));
        insert into log_entries (position, id, act, kind, account_id, about, why, at, decisions, previous, hash)
        values (place, entry_id, one.act, one.kind::log_kind, one.account_id, '', '', one.at, one.decisions, before, made);
        update decisions set entry = entry_id where act = one.act;
        before := made;
    end loop;
end
$$;
alter table decisions enable trigger decisions_stand;
-- The entry is written at the end of the transaction.
alter table decisions
    alter column entry set not null,
    add foreign key (entry) references log_entries (id) deferrable initially deferred;
create index decisions_by_entry on decisions (entry, id);

create function refuse_to_rewrite_the_log() returns trigger language plpgsql as $$
begin
    raise exception 'the log is never edited; what is done is a new entry';
end
$$;
create trigger the_log_stands before update or delete or truncate on log_entries
    for each statement execute function refuse_to_rewrite_the_log();

-- Whoever has a queue open hears of every entry. Decisions change public pages, so their commits wait for one another anyway.
create function tell_of_entry() returns trigger language plpgsql as $$
begin
    perform pg_notify('desk', 'entry ' || new.id);
    return null;
end
$$;
create trigger entry_told after insert on log_entries for each row execute function tell_of_entry();
