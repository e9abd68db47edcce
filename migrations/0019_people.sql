-- What moderators keep about people who reply, and how they treat them.
create type commenter_treatment as enum ('hold', 'trust');
alter table commenters
    add column treatment commenter_treatment,
    add column treated_at timestamptz,
    add column treated_by bigint references accounts;

create table commenter_notes (
    id           bigint generated always as identity primary key,
    commenter_id bigint not null references commenters on delete cascade,
    account_id   bigint not null references accounts,
    note         text not null check (note <> ''),
    written_at   timestamptz not null
);
create index commenter_notes_of on commenter_notes (commenter_id, id desc);

-- What a comment said before the staff changed it. Gone when its author takes it back.
create table comment_versions (
    comment_id  bigint not null references comments on delete cascade,
    version     integer not null,
    name        text not null,
    website     text,
    body        text not null,
    format      body_format not null,
    body_html   text not null,
    replaced_at timestamptz not null,
    replaced_by bigint not null references accounts,
    primary key (comment_id, version)
);
