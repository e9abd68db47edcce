-- Decisions on comments, the audit log, and bulk actions.

-- Decisions made with one press of a button share an action, and are undone together.
create sequence action_ids;
-- An entry's id is taken before its position, so that the end of the chain is locked for a moment only.
create sequence audit_log_ids;

create type audit_kind as enum ('decided', 'undone', 'edited', 'blocked', 'unblocked', 'policy-changed', 'emptied');

-- One entry per action, or per batch of a large one. Each contains the hash of the entry before it, so that an entry that is
-- changed, inserted or removed breaks the chain. The hash is defined in src/audit_log.
create table audit_log (
    -- From 1, without gaps.
    position   bigint primary key check (position > 0),
    id         bigint not null unique,
    action_id  bigint not null,
    kind       audit_kind not null,
    -- Null: the system.
    account_id bigint references accounts,
    -- The subject where decisions do not name it: `comment 17`, `commenter 4`, `domain example.org`.
    subject    text not null check (subject !~ '[\n\r]'),
    note       text not null check (note !~ '[\n\r]'),
    at         timestamptz not null,
    -- The number of decisions in this entry.
    decisions  integer not null check (decisions >= 0),
    previous   bytea not null,
    hash       bytea not null unique
);
create index audit_log_by_action on audit_log (action_id);
create index audit_log_by_account on audit_log (account_id, position desc);
create index audit_log_by_kind on audit_log (kind, position desc);

create function reject_audit_log_changes() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log is append-only; write a new entry';
end
$$;
create trigger audit_log_append_only before update or delete or truncate on audit_log
    for each statement execute function reject_audit_log_changes();

-- A status change of one comment. An undo is a decision too.
create table decisions (
    id          bigint generated always as identity primary key,
    action_id   bigint not null,
    -- Deferred: the entry is written at the end of the transaction.
    entry_id    bigint not null references audit_log (id) deferrable initially deferred,
    comment_id  bigint not null references comments,
    account_id  bigint not null references accounts,
    from_status comment_status not null,
    to_status   comment_status not null check (to_status <> from_status),
    -- The decision that this one reverses.
    undoes      bigint references decisions,
    decided_at  timestamptz not null
);
create index decisions_by_action on decisions (action_id);
create index decisions_by_comment on decisions (comment_id, id desc);
create index decisions_by_entry on decisions (entry_id, id);
create unique index decisions_undone_once on decisions (undoes);

create function reject_decision_changes() returns trigger language plpgsql as $$
begin
    raise exception 'decisions are append-only; write a new one';
end
$$;
create trigger decisions_append_only before update or delete or truncate on decisions
    for each statement execute function reject_decision_changes();

-- Open queue pages receive every entry. Decisions change public pages, so their commits are serialised by NOTIFY anyway.
create function notify_log_entry() returns trigger language plpgsql as $$
begin
    perform pg_notify('admin_events', 'entry ' || new.id);
    return null;
end
$$;
create trigger audit_log_notify after insert on audit_log for each row execute function notify_log_entry();

-- Actions on more comments than a person waits for, run in the background.
create table bulk_actions (
    action_id   bigint primary key,
    account_id  bigint not null references accounts,
    -- The new status of matching comments; null for an undo.
    to_status   comment_status,
    undoes      bigint,
    -- The queue's filter as it is written in its URL.
    filter      text not null,
    note        text not null,
    started_at  timestamptz not null,
    -- Comments sent or edited after this time are left alone.
    as_of       timestamptz not null,
    -- The number that matched at the start, as far as was known.
    expected    bigint not null,
    decided     bigint not null default 0,
    -- The last comment done (its time and id), or the id of the last decision undone.
    cursor_time timestamptz,
    cursor_id   bigint,
    -- Its worker holds it until then; another one continues after that.
    lease_until timestamptz,
    finished_at timestamptz,
    check ((to_status is null) = (undoes is not null))
);
create index bulk_actions_open on bulk_actions (action_id) where finished_at is null;
create index bulk_actions_by_undone on bulk_actions (undoes) where undoes is not null;
