-- The publication's settings: one row, inserted at the first start.

create type site_language as enum ('en', 'uk');

create table settings (
    only_one             boolean primary key default true check (only_one),
    title                text not null check (title <> ''),
    tagline              text not null,
    language             site_language not null,
    time_zone            text not null,
    permalink_pattern    text not null,
    -- Shown under every article: Markdown as typed, and the HTML rendered from it when it was saved.
    appeal               text not null,
    appeal_html          text not null,
    hold_everything      boolean not null,
    -- The secret key that this database is encrypted with; a start with another key is refused.
    key_id               bytea not null,
    version              integer not null default 1,
    -- Levels of replies that are indented; the default and the bounds are WordPress's.
    thread_depth         integer not null default 5 check (thread_depth between 2 and 10),
    newest_first         boolean not null default false,
    -- Minutes in which an author may edit a comment.
    edit_minutes         integer not null default 15 check (edit_minutes between 0 and 10080),
    -- Days after which an article takes no more replies; 0: never.
    close_after_days     integer not null default 0 check (close_after_days between 0 and 36500),
    -- Days for which the network a comment came from is stored, encrypted; 0: it is not stored.
    network_days         integer not null default 30 check (network_days between 0 and 365),
    -- The defaults are WordPress's.
    hold_first_timers    boolean not null default true,
    -- A name and email that were approved before are enough, without a verified email.
    trust_unverified     boolean not null default false,
    -- Hold from this number of links; 0: never.
    hold_links           integer not null default 2 check (hold_links between 0 and 1000),
    -- Seconds between two comments from one email or one network; 0: no limit.
    flood_seconds        integer not null default 15 check (flood_seconds between 0 and 3600),
    -- A spam checker that speaks Akismet's protocol: its URL (empty: none), its encrypted key, and the fields sent to it.
    akismet_url          text not null default '',
    akismet_key          bytea,
    akismet_fields       text[] not null default '{}',
    -- Days after which spam and trash are emptied; 0: never.
    trash_days           integer not null default 30 check (trash_days between 0 and 36500),
    -- Whether readers see how many comments were published and refused, by month and reason.
    shows_transparency   boolean not null default false,
    -- Spam score, in thousandths, from which a comment goes to spam by itself; 0: never.
    spam_threshold       integer not null default 0 check (spam_threshold = 0 or spam_threshold between 500 and 1000)
);

-- Word lists, one entry per line. A table of its own: lists may be long, and are only read when a comment is screened.
create table word_lists (
    only_one     boolean primary key default true check (only_one),
    hold_words   text not null,
    refuse_words text not null
);
insert into word_lists (hold_words, refuse_words) values ('', '');
