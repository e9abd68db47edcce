-- Mail to those who moderate: an address, sealed like a reader's, and how often they want to hear of what waits.
create type digest_rhythm as enum ('never', 'each', 'hourly', 'daily');
alter table accounts
    add column email_sealed bytea,
    add column digest digest_rhythm not null default 'never',
    -- When the last digest was made: what was held since is in the next.
    add column digest_at timestamptz,
    -- Mail to the address came back.
    add column silenced_at timestamptz,
    -- Part of the signature on digests' pages. A new one makes all of them void.
    add column seed uuid not null default gen_random_uuid(),
    add check (digest = 'never' or email_sealed is not null);

-- What a digest told of: its page shows these comments, and decides about these alone.
create table digests (
    id         bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    comments   bigint[] not null,
    made_at    timestamptz not null,
    expires_at timestamptz not null
);
create index digests_by_expiry on digests (expires_at);

-- A letter goes to a reader or to one of the staff.
alter table outbox
    alter column commenter_id drop not null,
    add column account_id bigint references accounts on delete cascade,
    add check (num_nonnulls(commenter_id, account_id) = 1);
