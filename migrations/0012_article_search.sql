-- Search of articles. The program analyses the words of an article itself (src/text/search): managed servers take no
-- dictionary files. A table of its own, so that indexing an article again does not look like a change of the article.

alter table articles drop column search_vector;

create table article_search (
    article_id    bigint primary key references articles on delete cascade,
    -- As in `articles`. Null: not published.
    published_at  timestamptz,
    -- Version of the rules by which the vector was made.
    analyzer      smallint not null,
    search_vector tsvector not null
);
-- Without the list of pending entries: searches would read all of it, and the planner would take the index for slow.
create index article_search_by_vector on article_search using gin (search_vector) with (fastupdate = off);
create index article_search_newest_first on article_search (published_at desc, article_id desc);
create index article_search_by_analyzer on article_search (analyzer);

-- Articles that are still to be indexed.
create table article_index_queue (
    article_id bigint primary key references articles on delete cascade
);
insert into article_index_queue select id from articles;

-- Queued in every case, although a change of time or state alone changes no words: whoever writes to `article_search` holds
-- the row of the queue first, so that no two deadlock. The update that changes nothing waits for a worker that is indexing
-- the article with its old words, and then queues it again.
create function queue_article() returns trigger language plpgsql as $$
declare
    moment timestamptz := case when new.state = 'published' then new.published_at end;
begin
    insert into article_index_queue values (new.id) on conflict (article_id) do update set article_id = excluded.article_id;
    -- At once, so that nobody finds what is not public any more.
    update article_search set published_at = moment where article_id = new.id and published_at is distinct from moment;
    return null;
end
$$;
create trigger search_added after insert on articles for each row execute function queue_article();
create trigger search_changed after update on articles for each row
    when ((old.title, old.standfirst, old.sources, old.body_html, old.author_id, old.state, old.published_at)
        is distinct from (new.title, new.standfirst, new.sources, new.body_html, new.author_id, new.state, new.published_at))
    execute function queue_article();

-- The names of an article's topics and of its author are found, too.
create function queue_article_of_topic() returns trigger language plpgsql as $$
begin
    -- An article that is being deleted is not there any more.
    insert into article_index_queue select id from articles where id = coalesce(new.article_id, old.article_id)
    on conflict (article_id) do update set article_id = excluded.article_id;
    return null;
end
$$;
create trigger search_changed after insert or update or delete on article_topics for each row
    execute function queue_article_of_topic();

create function queue_articles_of_name() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'topics' then
        insert into article_index_queue select article_id from article_topics where topic_id = new.id order by article_id
        on conflict (article_id) do update set article_id = excluded.article_id;
    else
        insert into article_index_queue select id from articles where author_id = new.id order by id
        on conflict (article_id) do update set article_id = excluded.article_id;
    end if;
    return null;
end
$$;
create trigger search_changed after update on topics for each row when (old.name <> new.name)
    execute function queue_articles_of_name();
create trigger search_changed after update on accounts for each row when (old.name <> new.name)
    execute function queue_articles_of_name();
