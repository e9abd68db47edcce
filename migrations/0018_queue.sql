-- A queue that costs the same however much there is: what it is filtered by is indexed, and how many there are is kept.

alter table comments
    -- Since when it has its status. Null for what came from elsewhere: it is kept.
    add column status_since timestamptz,
    -- The keyed hash of the network it came from, kept as long as the network itself.
    add column network_hash bytea,
    -- What it is gathered with: others that say nearly the same.
    add column lookalike_id bigint,
    -- It lay in spam or trash for so long that its words are gone; unlike what its author took back, it is still counted.
    add column purged boolean not null default false,
    -- How likely this site is to refuse it, from 0 to 1, and the signals that weighed most, as far as was learnt when it was read.
    add column score real,
    add column signals text[] not null default '{}';
update comments set status_since = now() where status in ('spam', 'trashed') and erased_at is null and site_id is null;

drop index comments_by_status;
drop index comments_by_commenter;
create index comments_in_queue on comments (status, created_at desc, id desc) where erased_at is null;
create index comments_alone_in_queue on comments (created_at desc, id desc)
    where status = 'held' and lookalike_id is null and erased_at is null;
create index comments_in_queue_by_article on comments (article_id, status, created_at desc, id desc) where erased_at is null;
create index comments_in_queue_by_commenter on comments (commenter_id, status, created_at desc, id desc);
create index comments_in_queue_by_network on comments (network_hash, status, created_at desc, id desc) where network_hash is not null;
create index comments_in_queue_by_lookalike on comments (lookalike_id, status, created_at, id) include (network_hash)
    where lookalike_id is not null and erased_at is null;
create index comments_in_queue_by_score on comments (score desc, id desc) where status = 'held' and score is not null and erased_at is null;
create index comments_to_purge on comments (status_since) where status in ('spam', 'trashed') and erased_at is null;

-- For what reasons a comment is where it is: a row each, without the details.
create table comment_reasons (
    status     comment_status not null,
    code       text not null,
    created_at timestamptz not null,
    comment_id bigint not null,
    primary key (status, code, created_at, comment_id)
);

-- Kept counts of comments by what they can be filtered by; the key of a facet is a number, a code, or a month and a code.
-- Writers spread over shards, so that they do not wait for one another behind one row.
create table comment_facets (
    facet  text not null check (facet in ('article', 'commenter', 'reason', 'month', 'month-reason')),
    key    text not null,
    status comment_status not null,
    shard  smallint not null,
    count  bigint not null,
    primary key (facet, key, status, shard)
);

-- Comments that are to be read: for their words, for what they are like, for what was learnt.
create table unread (
    comment_id bigint primary key references comments on delete cascade
);
create table readings (
    comment_id bigint primary key references comments on delete cascade,
    version    integer not null,
    words      tsvector not null
);
create index readings_by_words on readings using gin (words);
-- Whether so few readings have these words that all of them can be looked at: as the planner guesses from what it knows of
-- common words, of which it keeps about a thousand. Counting would read all of them.
create function are_rare(asked text) returns boolean language plpgsql as $$
declare
    plan json;
begin
    execute 'explain (format json) select from readings where words @@ websearch_to_tsquery(''simple'', $1)' into plan using asked;
    return (plan -> 0 -> 'Plan' ->> 'Plan Rows')::real
        <= (select greatest(2000, reltuples / 500) from pg_class where oid = 'readings'::regclass);
end
$$;
-- Parts of what comments say, hashed: who shares one is alike.
create table likeness (
    band       bigint not null,
    comment_id bigint not null references comments on delete cascade,
    primary key (band, comment_id)
);
create index likeness_of_comment on likeness (comment_id);

-- Comments that say nearly the same, under the number of the first that was noticed. The one that stands for those held is
-- the oldest. Kept by a trigger.
create table lookalikes (
    id      bigint primary key,
    held    integer not null default 0,
    head_id bigint,
    head_at timestamptz
);
create index lookalikes_in_queue on lookalikes (head_at desc, head_id desc) where held > 0;

create type comment_change as (
    change integer, id bigint, article_id bigint, commenter_id bigint, lookalike_id bigint, status comment_status,
    reasons text[], created_at timestamptz, is_there boolean, is_counted boolean
);

-- Keeps counts, reasons and lookalikes right, whoever changes comments. Rows are taken in one order, so that two
-- statements cannot lock each other out.
--
-- Plans are kept by each connection, and made for the statement that comes first: for one comment as a rule, where the next
-- may change 100,000. So the two sides of a change are not joined but added up, and rows are looked for by their keys,
-- whatever the planner thinks; and nothing here is worth compiling.
create function keep_facets() returns trigger language plpgsql
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
        union all select 'commenter', commenter_id::text where is_there and commenter_id is not null
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
create trigger facets_added after insert on comments
    referencing new table as added for each statement execute function keep_facets();
create trigger facets_changed after update on comments
    referencing new table as added old table as removed for each statement execute function keep_facets();
create trigger facets_removed after delete on comments
    referencing old table as removed for each statement execute function keep_facets();

-- What is there already.
insert into comment_reasons (status, code, created_at, comment_id)
select distinct status, split_part(reason, ':', 1), created_at, id
from comments, unnest(reasons) as reason where erased_at is null;
insert into comment_facets (facet, key, status, shard, count)
select 'article', article_id::text, status, 0, count(*) from comments where erased_at is null group by article_id, status
union all
select 'commenter', commenter_id::text, status, 0, count(*) from comments
where erased_at is null and commenter_id is not null group by commenter_id, status
union all
select 'reason', code, status, 0, count(*) from comment_reasons group by code, status
union all
select 'month', to_char(created_at at time zone 'UTC', 'YYYY-MM'), status, 0, count(*) from comments where erased_at is null group by 2, status
union all
select 'month-reason', to_char(created_at at time zone 'UTC', 'YYYY-MM ') || code, status, 0, count(*) from comment_reasons group by 2, status;
insert into unread select id from comments where erased_at is null;

-- Comments without words are in no part of the queue, so they are not counted.
create or replace function keep_comment_counts() returns trigger language plpgsql set enable_nestloop = off set jit = off as $$
declare
    my_shard smallint := pg_backend_pid() % 32;
begin
    if tg_op = 'INSERT' then
        insert into comment_counts as c (status, shard, count)
        select status, my_shard, count(*) from added where erased_at is null group by status order by status
        on conflict (status, shard) do update set count = c.count + excluded.count;

        with changes as (
            select article_id, root_id, count(*) as change from added where status = 'approved' group by article_id, root_id
        ),
        kept as (
            insert into article_threads as t (article_id, root_id, started_at, replies)
            select article_id, root_id,
                coalesce((select root.created_at from comments root where root.id = changes.root_id), 'epoch'), change
            from changes order by article_id, root_id
            on conflict (article_id, root_id) do update set replies = t.replies + excluded.replies
            returning article_id, root_id, replies
        )
        insert into article_reply_counts as c (article_id, shard, count, threads)
        select article_id, my_shard, sum(change), count(*) filter (where replies = change)
        from kept join changes using (article_id, root_id) group by article_id order by article_id
        on conflict (article_id, shard) do update set count = c.count + excluded.count, threads = c.threads + excluded.threads;
    elsif tg_op = 'UPDATE' then
        insert into comment_counts as c (status, shard, count)
        select status, my_shard, sum(change)
        from (
            select status, 1 as change from added where erased_at is null
            union all
            select status, -1 from removed where erased_at is null
        ) both_sides
        group by status having sum(change) <> 0 order by status
        on conflict (status, shard) do update set count = c.count + excluded.count;

        with changes as (
            select article_id, root_id, sum(change) as change
            from (
                select article_id, root_id, 1 as change from added where status = 'approved'
                union all
                select article_id, root_id, -1 from removed where status = 'approved'
            ) both_sides
            group by article_id, root_id having sum(change) <> 0
        ),
        kept as (
            insert into article_threads as t (article_id, root_id, started_at, replies)
            select article_id, root_id,
                coalesce((select root.created_at from comments root where root.id = changes.root_id), 'epoch'), change
            from changes order by article_id, root_id
            on conflict (article_id, root_id) do update set replies = t.replies + excluded.replies
            returning article_id, root_id, replies
        )
        insert into article_reply_counts as c (article_id, shard, count, threads)
        select article_id, my_shard, sum(change),
            count(*) filter (where replies > 0 and replies - change <= 0) - count(*) filter (where replies <= 0 and replies - change > 0)
        from kept join changes using (article_id, root_id) group by article_id order by article_id
        on conflict (article_id, shard) do update set count = c.count + excluded.count, threads = c.threads + excluded.threads;
    else
        insert into comment_counts as c (status, shard, count)
        select status, my_shard, -count(*) from removed where erased_at is null group by status order by status
        on conflict (status, shard) do update set count = c.count + excluded.count;

        with changes as (
            select article_id, root_id, -count(*) as change from removed where status = 'approved' group by article_id, root_id
        ),
        kept as (
            update article_threads t set replies = t.replies + change
            from changes where t.article_id = changes.article_id and t.root_id = changes.root_id
            returning t.article_id, t.root_id, t.replies
        )
        insert into article_reply_counts as c (article_id, shard, count, threads)
        select article_id, my_shard, sum(change), -count(*) filter (where replies <= 0)
        from kept join changes using (article_id, root_id) group by article_id order by article_id
        on conflict (article_id, shard) do update set count = c.count + excluded.count, threads = c.threads + excluded.threads;
    end if;
    return null;
end
$$;
update comment_counts set count = count - (select count(*) from comments where erased_at is not null and status = 'trashed')
where status = 'trashed' and shard = (select min(shard) from comment_counts where status = 'trashed');
drop index comments_erased;

-- As it was, but without a join of the two sides of a change.
create or replace function note_news() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into news (comment_id)
        select id from added
        where status = 'approved' and site_id is null
          and exists (select 1 from subscriptions where subscriptions.article_id = added.article_id and active_since is not null)
        order by id
        on conflict do nothing;
    else
        insert into news (comment_id)
        select id
        from (
            select id, article_id, 1 as change from added where status = 'approved' and site_id is null
            union all
            select id, article_id, -1 from removed where status = 'approved' and site_id is null
        ) both_sides
        where exists (select 1 from subscriptions where subscriptions.article_id = both_sides.article_id and active_since is not null)
        group by id having sum(change) > 0 order by id
        on conflict do nothing;
    end if;
    return null;
end
$$;

-- Decisions about more comments than a person waits for, made in the background.
create table bulk_acts (
    act         bigint primary key,
    account_id  bigint not null references accounts,
    -- What matching comments become; null when it takes another act back.
    to_status   comment_status,
    undoes      bigint,
    -- What it is about: the filter as it stands in an address.
    filter      text not null,
    why         text not null,
    begun_at    timestamptz not null,
    -- Nothing that was written or changed after this moment is touched.
    as_of       timestamptz not null,
    -- How many matched then, as far as was known.
    expected    bigint not null,
    decided     bigint not null default 0,
    -- How far it has come: the moment and number of the last comment, or the number of the last decision.
    done_at     timestamptz,
    done_id     bigint,
    -- Who works on it does until then; another goes on if they do not come back.
    lease_until timestamptz,
    ended_at    timestamptz,
    check ((to_status is null) = (undoes is not null))
);
create index bulk_acts_open on bulk_acts (act) where ended_at is null;
create index bulk_acts_back on bulk_acts (undoes) where undoes is not null;

alter table settings
    -- Days for which spam and trash are kept; 0 is for ever.
    add column trash_days integer not null default 30 check (trash_days between 0 and 36500),
    -- Whether readers are shown how much was published and refused, by month and reason.
    add column shows_transparency boolean not null default false,
    -- From which likelihood on, in thousandths, what the site has learnt decides by itself that something is spam; 0 is never.
    add column learned_spam_from integer not null default 0 check (learned_spam_from = 0 or learned_spam_from between 500 and 1000);
