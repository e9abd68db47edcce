-- What replies are held or refused for. The defaults are WordPress's, but that a site which holds everything goes on doing so.
alter table settings
    add column hold_first_timers boolean not null default true,
    -- A name and an address that were approved before are enough, without a proof that the address is theirs.
    add column trust_unproven boolean not null default false,
    -- From so many links on; 0 is never.
    add column hold_links integer not null default 2 check (hold_links between 0 and 1000),
    -- Seconds between two replies from one address or one network; 0 is none.
    add column flood_seconds integer not null default 15 check (flood_seconds between 0 and 3600),
    -- A checker that speaks Akismet's protocol: its address, and what it may be told. Empty is none.
    add column checker_url text not null default '',
    -- Its key, sealed.
    add column checker_key bytea,
    add column checker_told text[] not null default '{}';

-- Words, one entry a line: kept apart, since they may be long and are read only when a reply is judged.
create table word_lists (
    only_one     boolean primary key default true check (only_one),
    hold_words   text not null,
    refuse_words text not null
);
insert into word_lists (hold_words, refuse_words) values ('', '');

-- Whole domains and networks that may not reply. A blocked address is marked on its commenter.
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

-- When something was last sent from an address or a network, by keyed hash: gone within an hour.
create unlogged table lately (
    key bytea primary key,
    at  timestamptz not null
);
create index lately_by_moment on lately (at);

-- Comments about which the checker is still to be asked.
create table checks (
    comment_id  bigint primary key references comments on delete cascade,
    -- What becomes of the comment if it is no spam.
    otherwise   comment_status not null,
    tries       integer not null default 0,
    next_try_at timestamptz not null
);
create index checks_due on checks (next_try_at);
