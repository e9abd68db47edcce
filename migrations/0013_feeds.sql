-- Identity and dates of articles and comments for feeds, sitemaps and search engines.

-- The id by which feed readers recognise an article. It never changes: a new article gets one that says nothing about its
-- URL, an imported article keeps its own. Null: older than this column, and its guid is made of `settings.guid_base` and its
-- id, as feeds did until then. The bound leaves room for an index entry.
alter table articles add column guid text check (guid <> '' and octet_length(guid) <= 1000);
alter table articles alter column guid set default 'urn:uuid:' || gen_random_uuid();
create unique index articles_by_guid on articles (guid);
-- The same for comments. Not unique: nothing finds a comment by it.
alter table comments add column guid text check (guid <> '');
alter table comments alter column guid set default 'urn:uuid:' || gen_random_uuid();

alter table settings
    -- The public URL at the first start with this column. It is part of the guids that are not stored.
    add column guid_base text,
    -- What the ids of the feeds themselves are made of.
    add column feed_seed uuid not null default gen_random_uuid();

-- When the words of a published article changed last; null: never. `updated_at` moves with every save.
alter table articles add column revised_at timestamptz;
update articles set revised_at = changed.at
from (
    select revision.article_id, max(revision.saved_at) as at
    from article_revisions revision
    join article_revisions earlier on earlier.article_id = revision.article_id and earlier.version = revision.version - 1
    where (revision.title, revision.standfirst, revision.sources, revision.body)
        is distinct from (earlier.title, earlier.standfirst, earlier.sources, earlier.body)
    group by revision.article_id
) changed
where changed.article_id = articles.id and path is not null and changed.at > published_at;

create function record_revised_at() returns trigger language plpgsql as $$
begin
    new.revised_at := new.updated_at;
    return new;
end
$$;
-- An article with a path was published at least once, even if it is a draft again. An import sets the time itself.
create trigger articles_revised before update on articles for each row
    when (old.path is not null and old.published_at <= new.updated_at
        and (old.title, old.standfirst, old.sources, old.body) is distinct from (new.title, new.standfirst, new.sources, new.body)
        and old.revised_at is not distinct from new.revised_at)
    execute function record_revised_at();

-- The time from which a topic lists the article: its time of publication, null while it is in no list. With it the index
-- yields the newest articles of a topic without a look at the articles of others.
alter table article_topics add column listed_at timestamptz;
-- No page changes by this.
alter table article_topics disable trigger pages_changed;
update article_topics set listed_at = published_at
from articles where id = article_id and state = 'published' and kind = 'article';
alter table article_topics enable trigger pages_changed;
drop index article_topics_by_topic;
create index article_topics_newest_first on article_topics (topic_id, listed_at desc, article_id desc);

create function list_topic_of_article() returns trigger language plpgsql as $$
begin
    -- Locked, so that a concurrent save of the article comes before or sees this row.
    select published_at into new.listed_at from articles
    where id = new.article_id and state = 'published' and kind = 'article' for share;
    return new;
end
$$;
create trigger article_topics_listed before insert on article_topics for each row execute function list_topic_of_article();

create function relist_topics_of_article() returns trigger language plpgsql as $$
begin
    update article_topics
    set listed_at = case when new.state = 'published' and new.kind = 'article' then new.published_at end
    where article_id = new.id;
    return null;
end
$$;
create trigger article_topics_relisted after update on articles for each row
    when ((old.state, old.kind, old.published_at) is distinct from (new.state, new.kind, new.published_at))
    execute function relist_topics_of_article();

-- Published articles by month, in UTC, including scheduled ones: the files of the sitemap, which would otherwise have to be
-- counted out of all articles.
create table article_months (
    month    date primary key,
    articles bigint not null
);
insert into article_months
select date_trunc('month', published_at at time zone 'UTC')::date, count(*)
from articles where state = 'published' and kind = 'article' group by 1;

-- Articles of kind `page`, which the sitemap lists in one file.
create index articles_pages on articles (id) where kind = 'page' and state = 'published';

-- Also invalidates the months' files of the sitemap.
create function maintain_article_months() returns trigger language plpgsql as $$
declare
    left_month    date;
    entered_month date;
begin
    if tg_op = 'TRUNCATE' then
        delete from article_months;
        return null;
    end if;
    if tg_op <> 'INSERT' and old.state = 'published' and old.kind = 'article' then
        left_month := date_trunc('month', old.published_at at time zone 'UTC');
        perform pg_notify('pages', 'month:' || left_month);
    end if;
    if tg_op <> 'DELETE' and new.state = 'published' and new.kind = 'article' then
        entered_month := date_trunc('month', new.published_at at time zone 'UTC');
        perform pg_notify('pages', 'month:' || entered_month);
    end if;
    -- Another path in the same month changes no count.
    if left_month is distinct from entered_month then
        update article_months set articles = articles - 1 where month = left_month;
        if entered_month is not null then
            insert into article_months as m (month, articles) values (entered_month, 1)
            on conflict (month) do update set articles = m.articles + 1;
        end if;
    end if;
    return null;
end
$$;
create trigger article_months_added after insert on articles for each row execute function maintain_article_months();
create trigger article_months_changed after update on articles for each row
    when ((old.state, old.kind, old.published_at, old.path, old.revised_at)
        is distinct from (new.state, new.kind, new.published_at, new.path, new.revised_at))
    execute function maintain_article_months();
create trigger article_months_removed after delete on articles for each row execute function maintain_article_months();
create trigger article_months_emptied after truncate on articles for each statement execute function maintain_article_months();
