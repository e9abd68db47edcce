-- What came from WordPress, and how it is known again when a newer export comes.

create table imported_sites (
    id      integer generated always as identity primary key,
    -- Host and path, without a scheme: a site that moved to https is the same site.
    address text not null unique check (address <> '')
);

-- One row a run. While it has no end, what it kept so far is known by its number, and the next run goes on from there.
create table imports (
    id          bigint generated always as identity primary key,
    sources     text not null,
    started_at  timestamptz not null,
    finished_at timestamptz
);

create table imported_articles (
    site_id    integer not null references imported_sites,
    -- WordPress's own number, in `/?p=…`.
    number     bigint not null,
    article_id bigint not null references articles on delete cascade,
    -- Of everything the export said of it, so that what has changed there is noticed.
    digest     bigint not null,
    -- The article's version as this import left it: a newer one was edited here.
    version    integer not null,
    import_id  bigint not null references imports,
    primary key (number, site_id)
);
create index imported_articles_by_article on imported_articles (article_id);

-- Addresses that an article had before its last one there: its own only where no other article was at them since.
create table imported_paths (
    path       text not null,
    article_id bigint not null references articles on delete cascade,
    primary key (path, article_id)
);

create table imported_authors (
    site_id    integer not null references imported_sites,
    -- The keyed hash of the login: some logins are email addresses.
    login_hash bytea not null,
    account_id bigint not null references accounts,
    primary key (site_id, login_hash)
);

-- Where a category or a tag was: the last part of its old address, decoded.
create table imported_topics (
    slug     text not null,
    kind     topic_kind not null,
    topic_id bigint not null references topics on delete cascade,
    primary key (slug, kind)
);

-- Uploads as the export describes them: galleries name them by number.
create table imported_media (
    site_id        integer not null references imported_sites,
    number         bigint not null,
    -- The article it hangs on; 0 for none.
    article_number bigint not null,
    address        text not null,
    words          text not null,
    caption        text not null,
    -- Its own page's address there, if it had one.
    path           text,
    primary key (number, site_id)
);
create index imported_media_by_article on imported_media (site_id, article_number);

alter table comments
    -- Null: it came from elsewhere, without an address that is one.
    alter column commenter_id drop not null,
    add column site_id integer references imported_sites,
    -- Its number there; `#comment-…` goes on working.
    add column number bigint,
    -- A keyed hash of what the export said of it.
    add column origin bigint,
    -- The network it was sent from, sealed, and how long that is kept.
    add column network_sealed bytea,
    add column network_until timestamptz,
    add check ((site_id is null) = (number is null)),
    add check ((network_sealed is null) = (network_until is null));
create unique index comments_by_number on comments (number, site_id) where number is not null;
create index comments_by_network_until on comments (network_until) where network_until is not null;

-- Notices from other sites that they link to an article. Kept apart from what people wrote, and not shown.
create type linkback_kind as enum ('pingback', 'trackback');
create table linkbacks (
    -- Of the same sequence as comments: in an export they share their numbers.
    id         bigint primary key default nextval('comments_id_seq'),
    article_id bigint not null references articles,
    kind       linkback_kind not null,
    name       text not null,
    website    text not null,
    body       text not null,
    status     comment_status not null,
    created_at timestamptz not null,
    site_id    integer references imported_sites,
    number     bigint,
    origin     bigint,
    check ((site_id is null) = (number is null))
);
create index linkbacks_on_article on linkbacks (article_id, id);
create unique index linkbacks_by_number on linkbacks (number, site_id) where number is not null;
