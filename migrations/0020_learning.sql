-- What this site has learnt from its own decisions: how often each signal was in what was kept and in what was refused.
-- Signals are keyed hashes, since words are in comments and nowhere else.
create table learned_signals (
    signal  bigint primary key,
    kept    integer not null,
    refused integer not null
);

-- What each decided comment has taught, so that it can be taken back exactly. Gone with the comment's words.
create table lessons (
    comment_id bigint primary key references comments on delete cascade,
    is_refused boolean not null,
    -- Empty: others that say nearly the same have taught enough.
    signals    bigint[] not null,
    -- What was thought of it before it taught anything: every decision is a test first. Null: too little was known.
    score      real,
    taught_at  timestamptz not null
);
create index lessons_by_moment on lessons (taught_at desc, comment_id desc);

create table learning (
    only_one boolean primary key default true check (only_one),
    -- Entries of the log that have taught what they had to teach.
    position bigint not null default 0,
    -- Lessons that have signals, and the signals of all of them, each as often as it was in one.
    kept            bigint not null default 0,
    refused         bigint not null default 0,
    kept_signals    bigint not null default 0,
    refused_signals bigint not null default 0,
    -- Counts lessons: what was scored at an older number may be scored anew.
    version  bigint not null default 0,
    -- The number at which comments that wait were last scored anew, and when.
    rescored    bigint not null default 0,
    rescored_at timestamptz,
    -- Tells with which key, and by which rules, signals were made. With others, all lessons are taught anew, in the order
    -- of their comments; this is the last one that was.
    made_with   bigint,
    relearnt_to bigint
);
insert into learning default values;
