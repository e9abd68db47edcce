-- The moderation queue: its indexes, maintained counts, search, and groups of similar comments.

create index comments_in_queue on comments (status, created_at desc, id desc) where erased_at is null;
create index comments_ungrouped_in_queue on comments (created_at desc, id desc)
    where status = 'held' and similar_group_id is null and erased_at is null;
create index comments_in_queue_by_article on comments (article_id, status, created_at desc, id desc) where erased_at is null;
create index comments_in_queue_by_commenter on comments (commenter_id, status, created_at desc, id desc);
create index comments_in_queue_by_network on comments (network_hash, status, created_at desc, id desc) where network_hash is not null;
create index comments_in_queue_by_group on comments (similar_group_id, status, created_at, id) include (network_hash)
    where similar_group_id is not null and erased_at is null;
create index comments_in_queue_by_score on comments (score desc, id desc) where status = 'held' and score is not null and erased_at is null;

-- One row per comment and reason, without the reason's details.
create table comment_reasons (
    status     comment_status not null,
    code       text not null,
    created_at timestamptz not null,
    comment_id bigint not null,
    primary key (status, code, created_at, comment_id)
);

-- Counts by what the queue filters by, in shards as above. The key is an id, a code, a month, or a month and a code.
create table comment_facets (
    facet  text not null check (facet in ('article', 'reason', 'month', 'month-reason')),
    key    text not null,
    status comment_status not null,
    shard  smallint not null,
    count  bigint not null,
    primary key (facet, key, status, shard)
);

-- Every card shows how much its commenter wrote. A table of its own: as text keys among the facets this was half the cost of
-- a queue page with a million comments.
create table commenter_counts (
    commenter_id bigint not null,
    shard        smallint not null,
    held         bigint not null,
    approved     bigint not null,
    spam         bigint not null,
    trashed      bigint not null,
    primary key (commenter_id, shard)
);

-- Comments that are still to be indexed: for search, similarity and the spam score.
create table index_queue (
    comment_id bigint primary key references comments on delete cascade
);

create table comment_search (
    comment_id    bigint primary key references comments on delete cascade,
    version       integer not null,
    search_vector tsvector not null
);
create index comment_search_by_vector on comment_search using gin (search_vector);

-- Whether so few comments match that all of them can be read, by the planner's estimate; counting would read all of them.
create function search_is_selective(query text) returns boolean language plpgsql as $$
declare
    plan json;
begin
    execute 'explain (format json) select from comment_search where search_vector @@ websearch_to_tsquery(''simple'', $1)' into plan using query;
    return (plan -> 0 -> 'Plan' ->> 'Plan Rows')::real
        <= (select greatest(2000, reltuples / 500) from pg_class where oid = 'comment_search'::regclass);
end
$$;

-- Hashed bands of a comment's text (locality-sensitive hashing): comments that share a band are similar.
create table similarity_bands (
    band       bigint not null,
    comment_id bigint not null references comments on delete cascade,
    primary key (band, comment_id)
);
create index similarity_bands_by_comment on similarity_bands (comment_id);

-- Comments with nearly the same text, under the id of the first one found. The oldest held one represents them in the queue.
create table similar_groups (
    id                bigint primary key,
    held              integer not null default 0,
    representative_id bigint,
    representative_at timestamptz
);
create index similar_groups_in_queue on similar_groups (representative_at desc, representative_id desc) where held > 0;

create type comment_change as (
    change integer, id bigint, article_id bigint, commenter_id bigint, similar_group_id bigint, status comment_status,
    reasons text[], created_at timestamptz, is_visible boolean, is_counted boolean
);

-- Applies what one statement changed to facets, reasons and similar groups. Rows are locked in one order, so that two
-- statements cannot deadlock.
--
-- A connection caches plans made for its first statement, usually one comment, where the next may change 100,000. So the old
-- and the new rows are added up instead of joined, and the settings make the planner use keys; JIT is never worth it here.
create function maintain_comment_facets() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
    my_shard smallint := pg_backend_pid() % 32;
    changes comment_change[];
begin
    if tg_op = 'INSERT' then
        select array_agg(row(1, id, article_id, commenter_id, similar_group_id, status, reasons, created_at,
            erased_at is null, erased_at is null or purged)::comment_change)
        into changes from added;
        insert into index_queue select id from added where erased_at is null on conflict do nothing;
    elsif tg_op = 'DELETE' then
        select array_agg(row(-1, id, article_id, commenter_id, similar_group_id, status, reasons, created_at,
            erased_at is null, erased_at is null or purged)::comment_change)
        into changes from removed;
    else
        select array_agg(row(change, id, article_id, commenter_id, similar_group_id, status, reasons, created_at,
            is_visible, is_counted)::comment_change)
        into changes
        from (
            select sum(change)::integer as change, id, article_id, commenter_id, similar_group_id, status, reasons, created_at, is_visible, is_counted
            from (
                select 1 as change, id, article_id, commenter_id, similar_group_id, status, reasons, created_at,
                    erased_at is null as is_visible, erased_at is null or purged as is_counted
                from added
                union all
                select -1, id, article_id, commenter_id, similar_group_id, status, reasons, created_at,
                    erased_at is null, erased_at is null or purged
                from removed
            ) both_sides
            group by id, article_id, commenter_id, similar_group_id, status, reasons, created_at, is_visible, is_counted
            having sum(change) <> 0
        ) changed;
        -- Changed text is indexed again; erased text is removed from the indexes.
        insert into index_queue
        select id
        from (
            select id, version, 1 as change from added where erased_at is null
            union all
            select id, version, -1 from removed where erased_at is null
        ) both_sides
        group by id, version having sum(change) > 0 order by id on conflict do nothing;
        with gone as (
            select id
            from (
                select id, 1 as change from added where erased_at is not null
                union all
                select id, -1 from removed where erased_at is not null
            ) both_sides
            group by id having sum(change) > 0
        ),
        ungrouped as (delete from similarity_bands using gone where similarity_bands.comment_id = gone.id),
        unindexed as (delete from comment_search using gone where comment_search.comment_id = gone.id)
        delete from index_queue using gone where index_queue.comment_id = gone.id;
    end if;
    if changes is null then
        return null;
    end if;

    insert into comment_facets as f (facet, key, status, shard, count)
    select facet, key, status, my_shard, sum(change)
    from unnest(changes) as c
    cross join lateral (
        select 'article', article_id::text where is_visible
        union all select 'month', to_char(created_at at time zone 'UTC', 'YYYY-MM') where is_counted
        union all
        select facets.facet, facets.prefix || code
        from (select distinct split_part(reason, ':', 1) as code from unnest(reasons) as reason) codes
        cross join lateral (
            select 'reason' as facet, '' as prefix where is_visible
            union all select 'month-reason', to_char(created_at at time zone 'UTC', 'YYYY-MM ') where is_counted
        ) facets
    ) as counted (facet, key)
    group by facet, key, status having sum(change) <> 0 order by facet, key, status
    on conflict (facet, key, status, shard) do update set count = f.count + excluded.count;

    insert into commenter_counts as c (commenter_id, shard, held, approved, spam, trashed)
    select commenter_id, my_shard, held, approved, spam, trashed
    from (
        select commenter_id,
            coalesce(sum(change) filter (where status = 'held'), 0) as held,
            coalesce(sum(change) filter (where status = 'approved'), 0) as approved,
            coalesce(sum(change) filter (where status = 'spam'), 0) as spam,
            coalesce(sum(change) filter (where status = 'trashed'), 0) as trashed
        from unnest(changes) where is_visible and commenter_id is not null group by commenter_id
    ) per_commenter
    where (held, approved, spam, trashed) <> (0, 0, 0, 0) order by commenter_id
    on conflict (commenter_id, shard) do update set held = c.held + excluded.held,
        approved = c.approved + excluded.approved, spam = c.spam + excluded.spam, trashed = c.trashed + excluded.trashed;

    -- Rows whose reason, status and time stay the same are left alone.
    with moved as (
        select status, code, created_at, id, sum(change) as change
        from unnest(changes) c
        cross join lateral (select distinct split_part(reason, ':', 1) as code from unnest(c.reasons) as reason) codes
        where is_visible group by status, code, created_at, id having sum(change) <> 0
    ),
    gone as (
        delete from comment_reasons r using moved
        where change < 0 and r.status = moved.status and r.code = moved.code and r.created_at = moved.created_at and r.comment_id = moved.id
    )
    insert into comment_reasons (status, code, created_at, comment_id)
    select status, code, created_at, id from moved where change > 0
    on conflict do nothing;

    -- Locked first, in a statement of its own: only the next statement's snapshot shows what the transactions waited for
    -- have committed, and so the true representative.
    perform 1 from similar_groups where id in (select similar_group_id from unnest(changes) where similar_group_id is not null)
    order by id for update;
    update similar_groups l set held = l.held + coalesce(group_change.change, 0), representative_id = representative.id, representative_at = representative.created_at
    from (
        select similar_group_id as id, sum(change) filter (where status = 'held' and is_visible)::integer as change
        from unnest(changes) where similar_group_id is not null group by similar_group_id
    ) group_change
    left join lateral (
        select comments.id, comments.created_at from comments
        where comments.similar_group_id = group_change.id and comments.status = 'held' and comments.erased_at is null
        order by comments.created_at, comments.id limit 1
    ) representative on true
    where l.id = group_change.id;
    return null;
end
$$;

create trigger comment_facets_added after insert on comments
    referencing new table as added for each statement execute function maintain_comment_facets();
create trigger comment_facets_changed after update on comments
    referencing new table as added old table as removed for each statement execute function maintain_comment_facets();
create trigger comment_facets_removed after delete on comments
    referencing old table as removed for each statement execute function maintain_comment_facets();
