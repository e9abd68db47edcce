-- Public pages are kept finished until something that they show is touched. Whatever touches it, here or by hand, says so on
-- the channel `pages` with the tags of what was touched; every node listens. Commits that say something wait for one another,
-- so nothing is said of what no reader sees: a held comment, a draft. What is said twice in a transaction is told once.

-- Of a row that belongs to an article: that, and the tag that the trigger names.
create function tell_of_article() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        perform pg_notify('pages', 'article:' || old.article_id || ' ' || tg_argv[0]);
    end if;
    if tg_op <> 'DELETE' then
        perform pg_notify('pages', 'article:' || new.article_id || ' ' || tg_argv[0]);
    end if;
    return null;
end
$$;

create trigger pages_added after insert on comments for each row
    when (new.status = 'approved') execute function tell_of_article('replies');
create trigger pages_changed after update on comments for each row
    when ((old.status = 'approved' or new.status = 'approved') and old.* is distinct from new.*)
    execute function tell_of_article('replies');
create trigger pages_removed after delete on comments for each row
    when (old.status = 'approved') execute function tell_of_article('replies');

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
create trigger pages_changed after update or delete on topics for each statement execute function tell_of_site();
create trigger pages_changed after update on accounts for each row
    when ((old.name, old.slug) is distinct from (new.name, new.slug)) execute function tell_of_site();
create trigger pages_emptied after truncate on comments for each statement execute function tell_of_site();
create trigger pages_emptied after truncate on articles for each statement execute function tell_of_site();
