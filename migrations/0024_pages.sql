-- Public pages are kept finished until something that they show is touched. Whatever touches it, here or by hand, says so on
-- the channel `pages` with the tags of what was touched; every node listens. Commits that say something wait for one another,
-- so nothing is said of what no reader sees: a held comment, a draft. What is said twice in a transaction is told once.

-- Of a row that belongs to an article which readers see: that, and the tag that the trigger names.
create function tell_of_article() returns trigger language plpgsql as $$
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
    when (new.status = 'approved') execute function tell_of_article('replies');
-- What else is kept of a comment, the network it came from first of all, no page shows.
create trigger pages_changed after update on comments for each row
    when ((old.status = 'approved' or new.status = 'approved')
        and (old.status, old.article_id, old.parent_id, old.root_id, old.name, old.website, old.body_html, old.created_at,
             old.edited_at, old.account_id, old.number)
        is distinct from (new.status, new.article_id, new.parent_id, new.root_id, new.name, new.website, new.body_html, new.created_at,
             new.edited_at, new.account_id, new.number))
    execute function tell_of_article('replies');
create trigger pages_removed after delete on comments for each row
    when (old.status = 'approved') execute function tell_of_article('replies');

-- Threads stand in the order in which they began, whether or not their first reply is there to read.
create trigger pages_changed after update on article_threads for each row
    when (new.replies > 0 and old.started_at is distinct from new.started_at)
    execute function tell_of_article('replies');

create trigger pages_changed after insert or update or delete on article_topics for each row
    execute function tell_of_article('articles');
-- A path that is new leads to what no page was kept of.
create trigger pages_changed after update or delete on article_paths for each row
    execute function tell_of_article('articles');

-- Of an article itself.
create function tell_of_itself() returns trigger language plpgsql as $$
begin
    perform pg_notify('pages', 'article:' || coalesce(new.id, old.id) || ' articles');
    return null;
end
$$;

create trigger pages_added after insert on articles for each row
    when (new.state = 'published') execute function tell_of_itself();
create trigger pages_changed after update on articles for each row
    when ((old.state = 'published' or new.state = 'published') and old.* is distinct from new.*)
    execute function tell_of_itself();
create trigger pages_removed after delete on articles for each row
    when (old.state = 'published') execute function tell_of_itself();

-- Of what may stand on any page.
create function tell_of_site() returns trigger language plpgsql as $$
begin
    perform pg_notify('pages', 'site');
    return null;
end
$$;

create trigger pages_changed after insert or update or delete on settings for each statement execute function tell_of_site();
create trigger pages_changed after update on topics for each row
    when (old.* is distinct from new.*) execute function tell_of_site();
create trigger pages_removed after delete on topics for each row execute function tell_of_site();
create trigger pages_changed after update on accounts for each row
    when ((old.name, old.slug) is distinct from (new.name, new.slug)) execute function tell_of_site();
create trigger pages_emptied after truncate on comments for each statement execute function tell_of_site();
create trigger pages_emptied after truncate on articles for each statement execute function tell_of_site();
