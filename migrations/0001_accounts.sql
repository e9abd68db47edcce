-- Staff: who may sign in, with which role, and from which browsers they are signed in.

create type account_role as enum ('moderator', 'editor', 'admin');

create table accounts (
    id              bigint generated always as identity primary key,
    -- What is typed at sign-in; kept in lower case so that one person is one row.
    handle          text not null unique check (handle = lower(handle) and handle <> ''),
    name            text not null check (name <> ''),
    role            account_role not null,
    -- An Argon2id string in PHC format. Null: this account cannot sign in yet.
    passphrase_hash text,
    created_at      timestamptz not null
);

create table sessions (
    -- The BLAKE3 hash of the token in the cookie: a copy of this table signs nobody in.
    token_hash bytea primary key,
    account_id bigint not null references accounts on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sessions_by_account on sessions (account_id);
create index sessions_by_expiry on sessions (expires_at);

-- The one-time link that makes the first admin. At most one row: each start without accounts replaces it.
create table claims (
    only_one   boolean primary key default true check (only_one),
    token_hash bytea not null,
    created_at timestamptz not null
);

-- Failed sign-ins, by keyed hashes of who was named and from where; wrong guesses wait longer each time.
create table sign_in_failures (
    key       bytea primary key,
    failures  integer not null,
    last_at   timestamptz not null
);
create index sign_in_failures_by_age on sign_in_failures (last_at);
