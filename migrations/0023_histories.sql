-- Each card of the queue says what else its author wrote. Among all other counts, under the author's number as text, that was
-- half of what a page cost with a million comments; here it is a row for each shard that wrote of them, found by number.

-- Whoever writes comments waits until they are counted here: counted by the old function after that, they would be nowhere.
lock table comments in share row exclusive mode;

create table commenter_counts (
    commenter_id bigint not null,
    -- Writers spread over shards, so that they do not wait for one another behind one row.
    shard        smallint not null,
    held         bigint not null,
    approved     bigint not null,
    spam         bigint not null,
    trashed      bigint not null,
    primary key (commenter_id, shard)
);

-- As it was, but for where a person's comments are counted.
create or replace function keep_facets() returns trigger language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
    my_shard smallint := pg_backend_pid() % 32;
    changes comment_change[];
begin
    if tg_op = 'INSERT' then
        select array_agg(row(1, id, article_id, commenter_id, lookalike_id, status, reasons, created_at,
            erased_at is null, erased_at is null or purged)::comment_change)
        into changes from added;
        insert into unread select id from added where erased_at is null on conflict do nothing;
    elsif tg_op = 'DELETE' then
        select array_agg(row(-1, id, article_id, commenter_id, lookalike_id, status, reasons, created_at,
            erased_at is null, erased_at is null or purged)::comment_change)
        into changes from removed;
    else
        select array_agg(row(change, id, article_id, commenter_id, lookalike_id, status, reasons, created_at,
            is_there, is_counted)::comment_change)
        into changes
        from (
            select sum(change)::integer as change, id, article_id, commenter_id, lookalike_id, status, reasons, created_at, is_there, is_counted
            from (
                select 1 as change, id, article_id, commenter_id, lookalike_id, status, reasons, created_at,
                    erased_at is null as is_there, erased_at is null or purged as is_counted
                from added
                union all
                select -1, id, article_id, commenter_id, lookalike_id, status, reasons, created_at,
                    erased_at is null, erased_at is null or purged
                from removed
            ) both_sides
            group by id, article_id, commenter_id, lookalike_id, status, reasons, created_at, is_there, is_counted
            having sum(change) <> 0
        ) changed;
        -- Changed words are read again; words that are gone are gone here too.
        insert into unread
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
        unlike as (delete from likeness using gone where likeness.comment_id = gone.id),
        unsaid as (delete from readings using gone where readings.comment_id = gone.id)
        delete from unread using gone where unread.comment_id = gone.id;
    end if;
    if changes is null then
        return null;
    end if;

    insert into comment_facets as f (facet, key, status, shard, count)
    select facet, key, status, my_shard, sum(change)
    from unnest(changes) as c
    cross join lateral (
        select 'article', article_id::text where is_there
        union all select 'month', to_char(created_at at time zone 'UTC', 'YYYY-MM') where is_counted
        union all
        select facets.facet, facets.prefix || code
        from (select distinct split_part(reason, ':', 1) as code from unnest(reasons) as reason) codes
        cross join lateral (
            select 'reason' as facet, '' as prefix where is_there
            union all select 'month-reason', to_char(created_at at time zone 'UTC', 'YYYY-MM ') where is_counted
        ) facets
    ) as kept (facet, key)
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
        from unnest(changes) where is_there and commenter_id is not null group by commenter_id
    ) theirs
    where (held, approved, spam, trashed) <> (0, 0, 0, 0) order by commenter_id
    on conflict (commenter_id, shard) do update set held = c.held + excluded.held,
        approved = c.approved + excluded.approved, spam = c.spam + excluded.spam, trashed = c.trashed + excluded.trashed;

    -- What has the same reasons, status and moment as before keeps its rows.
    with moved as (
        select status, code, created_at, id, sum(change) as change
        from unnest(changes) c
        cross join lateral (select distinct split_part(reason, ':', 1) as code from unnest(c.reasons) as reason) codes
        where is_there group by status, code, created_at, id having sum(change) <> 0
    ),
    gone as (
        delete from comment_reasons r using moved
        where change < 0 and r.status = moved.status and r.code = moved.code and r.created_at = moved.created_at and r.comment_id = moved.id
    )
    insert into comment_reasons (status, code, created_at, comment_id)
    select status, code, created_at, id from moved where change > 0
    on conflict do nothing;

    -- Locked first, in a statement of its own: whoever waited here sees what the others did in the next one, and only so
    -- finds who stands for those held now.
    perform 1 from lookalikes where id in (select lookalike_id from unnest(changes) where lookalike_id is not null)
    order by id for update;
    update lookalikes l set held = l.held + coalesce(mine.change, 0), head_id = head.id, head_at = head.created_at
    from (
        select lookalike_id as id, sum(change) filter (where status = 'held' and is_there)::integer as change
        from unnest(changes) where lookalike_id is not null group by lookalike_id
    ) mine
    left join lateral (
        select comments.id, comments.created_at from comments
        where comments.lookalike_id = mine.id and comments.status = 'held' and comments.erased_at is null
        order by comments.created_at, comments.id limit 1
    ) head on true
    where l.id = mine.id;
    return null;
end
$$;

insert into commenter_counts (commenter_id, shard, held, approved, spam, trashed)
select commenter_id, 0, count(*) filter (where status = 'held'), count(*) filter (where status = 'approved'),
    count(*) filter (where status = 'spam'), count(*) filter (where status = 'trashed')
from comments where erased_at is null and commenter_id is not null group by commenter_id;
delete from comment_facets where facet = 'commenter';
alter table comment_facets drop constraint comment_facets_facet_check;
alter table comment_facets add check (facet in ('article', 'reason', 'month', 'month-reason'));
