-- People who comment: their encrypted email, verified browsers, policies, notes and blocks.

create type commenter_policy as enum ('hold', 'trust');

create table commenters (
    id                   bigint generated always as identity primary key,
    -- The keyed hash of the normalised email finds the row; its key is not in the database.
    email_hash           bytea not null unique,
    -- Encrypted with a key that is not in the database, and bound to email_hash.
    email_sealed         bytea not null,
    -- Signed into the link to their own page. A new one revokes the old link.
    link_seed            uuid not null default gen_random_uuid(),
    -- The verification link was opened at this time.
    verified_at          timestamptz,
    verification_sent_at timestamptz,
    -- Verification emails sent in vain; nobody is asked for ever.
    verifications_sent   integer not null default 0,
    -- Mail to it bounced.
    suppressed_at        timestamptz,
    blocked_at           timestamptz,
    blocked_by           bigint references accounts,
    policy               commenter_policy,
    policy_set_at        timestamptz,
    policy_set_by        bigint references accounts,
    created_at           timestamptz not null
);
create index commenters_blocked on commenters (blocked_at) where blocked_at is not null;

-- Browsers in which an email was verified; one browser may have several.
create table commenter_browsers (
    token_hash   bytea not null,
    commenter_id bigint not null references commenters on delete cascade,
    verified_at  timestamptz not null,
    primary key (token_hash, commenter_id)
);
create index commenter_browsers_by_commenter on commenter_browsers (commenter_id);

create table commenter_notes (
    id           bigint generated always as identity primary key,
    commenter_id bigint not null references commenters on delete cascade,
    account_id   bigint not null references accounts,
    note         text not null check (note <> ''),
    written_at   timestamptz not null
);
create index commenter_notes_of on commenter_notes (commenter_id, id desc);

-- Blocked domains and networks. A blocked email is a column of its commenter.
create table blocked_domains (
    domain     text primary key check (domain <> ''),
    blocked_by bigint references accounts,
    blocked_at timestamptz not null
);
create table blocked_networks (
    network    cidr primary key,
    blocked_by bigint references accounts,
    blocked_at timestamptz not null
);

-- Flood control: the last submission of each email and network, by keyed hash. Rows are deleted within an hour, and unlogged:
-- losing them in a crash lets one comment through early.
create unlogged table recent_submissions (
    key_hash     bytea primary key,
    submitted_at timestamptz not null
);
create index recent_submissions_by_time on recent_submissions (submitted_at);
