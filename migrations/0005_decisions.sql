-- Who decided what about a comment, when, and from which status. Undo is a new entry.

-- Decisions made with one press of a button share an act, and are undone together.
create sequence decision_acts;

create table decisions (
    id          bigint generated always as identity primary key,
    act         bigint not null,
    comment_id  bigint not null references comments,
    account_id  bigint not null references accounts,
    from_status comment_status not null,
    to_status   comment_status not null check (to_status <> from_status),
    -- The decision that this one takes back.
    undoes      bigint references decisions,
    decided_at  timestamptz not null
);
create index decisions_by_act on decisions (act);
create index decisions_by_comment on decisions (comment_id, id desc);
create unique index decisions_undone_once on decisions (undoes);

create function refuse_to_rewrite_decisions() returns trigger language plpgsql as $$
begin
    raise exception 'decisions are never edited; write a new one';
end
$$;
create trigger decisions_stand before update or delete or truncate on decisions
    for each statement execute function refuse_to_rewrite_decisions();
