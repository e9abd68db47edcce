-- Runs the queries of an uncached article page with pgbench, for one of the articles of fill.sql. Each statement is that of a
-- function and changes with it: publication::store::find, articles::store::find_by_path, and of
-- comments::store::threads counts_on, threads_on (the first page, the oldest first) and approved_in; then
-- articles::store::topics::list.
\set story random(1, 200)
\set id 1000 + :story

select title, tagline, language, time_zone, date_order, hour_cycle, permalink_pattern, appeal, appeal_html, key_id, version,
    thread_depth, newest_first, edit_minutes, close_after_days, network_days,
    hold_everything, hold_first_timers, trust_unverified, hold_links, flood_seconds,
    akismet_url, akismet_key, akismet_fields, trash_days, shows_transparency, spam_threshold,
    guid_base, feed_seed::text
from settings;

select articles.id, articles.slug, title, standfirst, sources, body, format, body_html, replies_open, kind, pinned, draft_reason,
    name as author, accounts.slug as author_slug, state, published_at,
    case when revised_at > published_at then revised_at end as revised_at, articles.path, version
from article_paths join articles on articles.id = article_id join accounts on accounts.id = author_id
where article_paths.path = '/2026/03/14/story-' || :story and state = 'published' and published_at <= now();

select coalesce(sum(count), 0)::bigint, coalesce(sum(threads), 0)::bigint from article_comment_counts where article_id = :id;

-- The numbers of the threads go into the next statement: here in one row, since that is what pgbench can hand on.
with first as materialized (
    select started_at, root_id from article_threads
    where article_id = :id and replies > 0 order by started_at, root_id offset 0 limit 1
)
select array_agg(root_id) as roots, array_agg(replies) as replies
from (
    select root_id, replies from article_threads
    where article_id = :id and replies > 0
      and (started_at, root_id) >= ((select started_at from first), (select root_id from first))
    order by started_at, root_id limit 50
) threads \gset

select comments.id, comments.parent_id, comments.root_id, comments.name,
    comments.website, comments.body_html, comments.created_at, comments.edited_at,
    parent.name,
    case when comments.account_id = articles.author_id then 'author'
         when comments.account_id is not null then 'staff' end,
    case when comments.wordpress_id > 0 and comments.wordpress_id <> comments.id and not exists
        (select 1 from comments other where other.id = comments.wordpress_id and other.article_id = comments.article_id)
    then comments.wordpress_id end as number
from unnest(:roots::bigint[]) with ordinality as thread (root_id, place)
cross join lateral (
    select * from comments inside where inside.root_id = thread.root_id and inside.status = 'approved'
    order by inside.created_at, inside.id limit 50
) comments
join articles on articles.id = comments.article_id
left join comments parent on parent.id = comments.parent_id and parent.status = 'approved'
order by thread.place, comments.created_at, comments.id;

select id, slug, name, description from topics join article_topics on topic_id = id
where article_id = :id order by lower(name), id;
