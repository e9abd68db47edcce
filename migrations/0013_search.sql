-- Words of articles, for /search. `simple` knows no language, and so serves all of them alike. A text vector holds at
-- most a megabyte (Postgres, "Limitations" of text search), so a very long text is found by its beginning.
create index articles_by_words on articles
    using gin (to_tsvector('simple', title || ' ' || standfirst || ' ' || left(body, 100000)))
    where state = 'published';
