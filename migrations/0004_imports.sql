-- Imports from WordPress, and the ids by which a newer export of the same site updates what is here.

create table imported_sites (
    id  integer generated always as identity primary key,
    -- Host and path without a scheme: a site that moved to https is the same site.
    url text not null unique check (url <> '')
);

-- One row per run. A run without an end is continued by the next one.
create table imports (
    id          bigint generated always as identity primary key,
    sources     text not null,
    started_at  timestamptz not null,
    finished_at timestamptz
);

create table imported_articles (
    site_id      integer not null references imported_sites,
    -- The id in WordPress, as in `/?p=…`.
    wordpress_id bigint not null,
    article_id   bigint not null references articles on delete cascade,
    -- A hash of everything the export contains about it, which tells whether it changed there.
    digest       bigint not null,
    -- The article's version when it was imported; a newer version was edited here.
    version      integer not null,
    import_id    bigint not null references imports,
    primary key (wordpress_id, site_id)
);
create index imported_articles_by_article on imported_articles (article_id);

-- Paths that an article had there before its last one; it owns them only if no other article took them since.
create table imported_paths (
    path       text not null,
    article_id bigint not null references articles on delete cascade,
    primary key (path, article_id)
);

create table imported_authors (
    site_id    integer not null references imported_sites,
    -- A keyed hash of the login, as some logins are email addresses.
    login_hash bytea not null,
    account_id bigint not null references accounts,
    primary key (site_id, login_hash)
);

-- The last part of a category's or tag's old path, decoded.
create table imported_topics (
    slug     text not null,
    kind     topic_kind not null,
    topic_id bigint not null references topics on delete cascade,
    primary key (slug, kind)
);

-- Uploads as the export describes them; galleries name them by id.
create table imported_media (
    site_id              integer not null references imported_sites,
    wordpress_id         bigint not null,
    -- The article it is attached to; 0 for none.
    article_wordpress_id bigint not null,
    url                  text not null,
    alt_text             text not null,
    caption              text not null,
    -- The path of its attachment page, if it had one.
    path                 text,
    primary key (wordpress_id, site_id)
);
create index imported_media_by_article on imported_media (site_id, article_wordpress_id);
