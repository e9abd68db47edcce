-- Invalidation of cached public pages. A transaction that touches something shown on a public page notifies the channel
-- `pages` with the tags it touched, whoever wrote it; every node listens. NOTIFY serialises commits, so nothing is sent for
-- what no reader sees: a held comment, a draft. Equal notifications of one transaction arrive once.

-- For a row that belongs to an article: the article's tag and the tag in the trigger's argument.
create function notify_article() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform pg_notify('pages', 'article:' || id || ' ' || tg_argv[0])
        from articles where id = old.article_id and state = 'published';
    end if;
    if tg_op <> 'DELETE' then
        perform pg_notify('pages', 'article:' || id || ' ' || tg_argv[0])
        from articles where id = new.article_id and state = 'published';
    end if;
    return null;
end
$$;

create trigger pages_added after insert on comments for each row
    when (new.status = 'approved') execute function notify_article('replies');
-- Only columns that a page shows; the network, for one, is on none.
create trigger pages_changed after update on comments for each row
    when ((old.status = 'approved' or new.status = 'approved')
        and (old.status, old.article_id, old.parent_id, old.root_id, old.name, old.website, old.body_html, old.created_at,
             old.edited_at, old.account_id, old.wordpress_id)
        is distinct from (new.status, new.article_id, new.parent_id, new.root_id, new.name, new.website, new.body_html, new.created_at,
             new.edited_at, new.account_id, new.wordpress_id))
    execute function notify_article('replies');
create trigger pages_removed after delete on comments for each row
    when (old.status = 'approved') execute function notify_article('replies');

-- Threads are ordered by when they started, whether or not their first comment is shown.
create trigger pages_changed after update on article_threads for each row
    when (new.replies > 0 and old.started_at is distinct from new.started_at)
    execute function notify_article('replies');

create trigger pages_changed after insert or update or delete on article_topics for each row
    execute function notify_article('articles');
-- Not on insert: no page is cached under a new path.
create trigger pages_changed after update or delete on article_paths for each row
    execute function notify_article('articles');

-- For an article's own row.
create function notify_article_row() returns trigger language plpgsql as $$
begin
    perform pg_notify('pages', 'article:' || coalesce(new.id, old.id) || ' articles');
    return null;
end
$$;

create trigger pages_added after insert on articles for each row
    when (new.state = 'published') execute function notify_article_row();
create trigger pages_changed after update on articles for each row
    when ((old.state = 'published' or new.state = 'published') and old.* is distinct from new.*)
    execute function notify_article_row();
create trigger pages_removed after delete on articles for each row
    when (old.state = 'published') execute function notify_article_row();

-- For rows that any page may show.
create function notify_site() returns trigger language plpgsql as $$
begin
    perform pg_notify('pages', 'site');
    return null;
end
$$;

create trigger pages_changed after insert or update or delete on settings for each statement execute function notify_site();
create trigger pages_changed after update on topics for each row
    when (old.* is distinct from new.*) execute function notify_site();
create trigger pages_removed after delete on topics for each row execute function notify_site();
create trigger pages_changed after update on accounts for each row
    when ((old.name, old.slug) is distinct from (new.name, new.slug)) execute function notify_site();
create trigger pages_emptied after truncate on comments for each statement execute function notify_site();
create trigger pages_emptied after truncate on articles for each statement execute function notify_site();
