-- Staff: accounts with their role, signed-in sessions, the first admin's setup link, failed sign-ins.

create type account_role as enum ('moderator', 'editor', 'admin');
create type digest_frequency as enum ('never', 'each', 'hourly', 'daily');

create table accounts (
    id                 bigint generated always as identity primary key,
    -- Typed at sign-in. Stored in lower case, so that one person is one row.
    username           text not null unique check (username = lower(username) and username <> ''),
    -- The last part of the author page's path.
    slug               text not null unique,
    name               text not null check (name <> ''),
    role               account_role not null,
    -- An Argon2id string in PHC format. Null: this account cannot sign in yet.
    passphrase_hash    text,
    -- The email that digests go to, encrypted like a commenter's.
    email_sealed       bytea,
    -- The confirmation link contains this time, so it confirms this email alone.
    email_set_at       timestamptz,
    email_confirmed_at timestamptz,
    -- Mail to it bounced; nothing is sent until it is set again.
    suppressed_at      timestamptz,
    digest             digest_frequency not null default 'never',
    -- The last digest was made at this time; the next lists what was held since.
    digest_at          timestamptz,
    -- Signed into the links in digests. A new one revokes them all.
    link_seed          uuid not null default gen_random_uuid(),
    created_at         timestamptz not null,
    check (digest = 'never' or email_sealed is not null),
    check (email_confirmed_at is null or (email_sealed is not null and email_set_at is not null))
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

-- The one-time link that creates the first admin. At most one row: every start without accounts replaces it.
create table setup_tokens (
    only_one   boolean primary key default true check (only_one),
    token_hash bytea not null,
    created_at timestamptz not null
);

-- Failed sign-ins, by keyed hashes of the username and of the network; each failure makes the next attempt wait longer.
create table sign_in_failures (
    key       bytea primary key,
    failures  integer not null,
    last_at   timestamptz not null
);
create index sign_in_failures_by_age on sign_in_failures (last_at);
