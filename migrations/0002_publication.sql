-- The publication's own settings: one row, made at first start.

create type site_language as enum ('en', 'uk');

create table settings (
    only_one          boolean primary key default true check (only_one),
    title             text not null check (title <> ''),
    tagline           text not null,
    language          site_language not null,
    time_zone         text not null,
    permalink_pattern text not null,
    -- Shown under every article; Markdown as typed, and the HTML made from it at save.
    appeal            text not null,
    appeal_html       text not null,
    -- Every reply waits for a moderator.
    hold_everything   boolean not null,
    -- Which secret key this database's addresses are sealed with; a start with another key is refused.
    key_id            bytea not null,
    version           integer not null default 1
);
