-- Words of articles, for /search. `simple` knows no language, and so serves all of them alike. A text vector holds at
-- most a megabyte (Postgres, "Limitations" of text search), so a very long text is found by its beginning. Kept, and not
-- made for each question: a phrase is looked for in every article that holds its words.
alter table articles add column words tsvector
    generated always as (to_tsvector('simple', title || ' ' || standfirst || ' ' || left(body, 100000))) stored;
create index articles_by_words on articles using gin (words) where state = 'published';
