-- Fills a migrated database for benches/admin.rs with `:articles` articles, `:commenters` commenters and `:comments` comments,
-- the newest at `:moment`, over `:days` days. Triggers are off; the counters they maintain are filled at the end, by the
-- statements of the migrations. A filter of the bench matches every `:…_every`-th comment, so that its pages have the same
-- number of cards at every size.
set session_replication_role = replica;
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set work_mem = '128MB';
set max_parallel_maintenance_workers = 2;

-- A number from 0 to 1, the same each time for a row and a purpose.
create function pg_temp.chance(one bigint, purpose bigint) returns double precision language sql immutable parallel safe
    return (hashint8extended(one, purpose) & 2147483647)::double precision / 2147483648;

insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path, author_id, created_at, updated_at)
select i, 'story-' || i, 'Story ' || i, '', '', 'Some words.', '<p>Some words.</p>', true, 'published',
    :moment::timestamptz - i * interval '1 hour', '/story-' || i, (select min(id) from accounts), :moment, :moment
from generate_series(1, :articles) as i;
insert into article_paths (path, article_id) select path, id from articles;

insert into commenters (id, email_hash, email_sealed, created_at) overriding system value
select i, int8send(i), '\x00', :moment from generate_series(1::bigint, :commenters) as i;

-- Creating an index on full tables is faster than maintaining it.
create temp table dropped as
select indexname, indexdef from pg_indexes
where schemaname = 'public' and tablename in ('comments', 'comment_search') and indexdef not like 'CREATE UNIQUE%';
do $$
declare one text;
begin
    for one in select indexname from dropped loop execute format('drop index %I', one); end loop;
end
$$;

-- Comments come in pairs, the second a reply to the first. Articles, commenters and networks are distributed unevenly, as on a
-- real site; words follow Zipf's law, out of 20,000.
with made as (
    select i, 1 + floor(:articles * power(pg_temp.chance(i / 2, 1), 3))::bigint as article_id,
        case when i = 1 or i % :person_every = 0 then 1 else 1 + floor(:commenters * power(pg_temp.chance(i, 2), 2))::bigint end as commenter_id,
        case when i % :network_every = 2 then 0 else floor(:comments / 5 * power(pg_temp.chance(i, 3), 2))::bigint end as network,
        case when :held then 'held'
             when pg_temp.chance(i, 4) < 0.5556 then 'spam'
             when pg_temp.chance(i, 4) < 0.58 then 'trashed'
             else 'approved' end::comment_status as status,
        case when pg_temp.chance(i, 5) < 0.5 then '{everything-is-held,first-timer}'::text[]
             when pg_temp.chance(i, 5) < 0.7 then '{everything-is-held,links:3}'
             else '{everything-is-held}' end as reasons,
        :moment::timestamptz - (:comments - i) * (interval '1 day' * :days / :comments) as created_at,
        case when i % 20 = 0 then i / 400 * 400 when :wave then 1 end as similar_group_id,
        (select string_agg('w' || floor(power(20000, random() + 0 * (i + word))), ' ') from generate_series(1, 30) as word)
            || case when i % 10 = 2 then ' cranes' else '' end || case when :rare then ' zhuravel' else '' end as body_text
    from generate_series(1::bigint, :comments) as i
)
insert into comments (id, article_id, parent_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons,
    created_at, status_since, network_hash, similar_group_id, score)
select i, article_id, case when i % 2 = 1 and i > 1 then i - 1 end, greatest(i - i % 2, 1), commenter_id, 'Name ' || commenter_id, body_text, '<p>' || body_text || '</p>',
    int8send(i), status, case when status = 'held' then reasons when status = 'spam' then '{checker-spam}' else '{}' end,
    created_at, created_at, sha256(int8send(network)), case when status = 'held' then similar_group_id end,
    case when status = 'held' then pg_temp.chance(i, 6)::real end
from made;

insert into comment_search (comment_id, version, search_vector) select id, 0, to_tsvector('simple', name || ' ' || body) from comments;
do $$
declare one text;
begin
    for one in select indexdef from dropped loop execute one; end loop;
end
$$;

-- The counters that triggers would have maintained.
insert into similar_groups (id, held, representative_id, representative_at)
select similar_group_id, count(*), (array_agg(id order by created_at, id))[1], min(created_at)
from comments where similar_group_id is not null and status = 'held' group by similar_group_id;
insert into comment_reasons (status, code, created_at, comment_id)
select distinct status, split_part(reason, ':', 1), created_at, id from comments, unnest(reasons) as reason;
insert into comment_facets (facet, key, status, shard, count)
select 'article', article_id::text, status, 0, count(*) from comments group by article_id, status
union all
select 'reason', code, status, 0, count(*) from comment_reasons group by code, status
union all
select 'month', to_char(created_at at time zone 'UTC', 'YYYY-MM'), status, 0, count(*) from comments group by 2, status
union all
select 'month-reason', to_char(created_at at time zone 'UTC', 'YYYY-MM ') || code, status, 0, count(*) from comment_reasons group by 2, status;
insert into commenter_counts (commenter_id, shard, held, approved, spam, trashed)
select commenter_id, 0, count(*) filter (where status = 'held'), count(*) filter (where status = 'approved'),
    count(*) filter (where status = 'spam'), count(*) filter (where status = 'trashed')
from comments group by commenter_id;
insert into comment_counts (status, shard, count) select status, 0, count(*) from comments group by status;
insert into article_threads (article_id, root_id, started_at, replies)
select article_id, root_id, coalesce((select created_at from comments root where root.id = comments.root_id), min(created_at)), count(*)
from comments where status = 'approved' group by article_id, root_id;
insert into article_comment_counts (article_id, shard, count, threads)
select article_id, 0, sum(replies), count(*) from article_threads group by article_id;
-- Every comment that is not held has a decision.
insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at)
select id, 1, id, (select min(id) from accounts), 'held', status, created_at from comments where status <> 'held' order by id;
select setval('comments_id_seq', :comments);
select setval('action_ids', :comments);
reset session_replication_role;
