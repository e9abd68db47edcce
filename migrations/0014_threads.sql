-- Discussions of any size are read a page at a time: a row for each top-level reply that has, or is, something to read.
create table article_threads (
    article_id bigint not null references articles on delete cascade,
    -- The top-level reply, whether or not it is there to read itself.
    root_id    bigint not null,
    started_at timestamptz not null,
    -- Approved comments in it, the first one included. Kept by a trigger.
    replies    integer not null,
    primary key (article_id, root_id)
);
create index article_threads_in_order on article_threads (article_id, started_at, root_id) where replies > 0;
create index comments_in_thread on comments (root_id, created_at, id) where status = 'approved';

-- Threads with something to read, kept the way replies are.
alter table article_reply_counts add column threads bigint not null default 0;

insert into article_threads (article_id, root_id, started_at, replies)
select article_id, root_id,
    coalesce((select created_at from comments root where root.id = comments.root_id), min(created_at)), count(*)
from comments where status = 'approved' group by article_id, root_id;

insert into article_reply_counts (article_id, shard, count, threads)
select article_id, 0, 0, count(*) from article_threads group by article_id
on conflict (article_id, shard) do update set threads = excluded.threads;

-- Adds up what one statement changed. Rows are taken in one order, so that two statements cannot lock each other out.
create or replace function keep_comment_counts() returns trigger language plpgsql as $$
declare
    my_shard smallint := pg_backend_pid() % 32;
begin
    if tg_op = 'INSERT' then
        insert into comment_counts as c (status, shard, count)
        select status, my_shard, count(*) from added group by status order by status
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
        from (select status, 1 as change from added union all select status, -1 from removed) both_sides
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
        select status, my_shard, -count(*) from removed group by status order by status
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

alter table comments
    -- The member of staff who wrote it, signed in.
    add column account_id bigint references accounts,
    -- Counts its author's changes: a decision holds for the words that the moderator saw.
    add column version integer not null default 0,
    add column edited_at timestamptz,
    -- Its author took it back: the words are gone, the place stays for what answers it.
    add column erased_at timestamptz;

-- The trash is counted without them.
create index comments_erased on comments (id) where erased_at is not null;

alter table settings
    -- Levels that are shown indented. WordPress's default, and its bounds.
    add column thread_depth integer not null default 5 check (thread_depth between 2 and 10),
    add column newest_first boolean not null default false,
    -- How long its author may change a comment.
    add column edit_minutes integer not null default 15 check (edit_minutes between 0 and 10080),
    -- Days after which an article takes no more replies; 0 is never.
    add column close_after_days integer not null default 0 check (close_after_days between 0 and 36500),
    -- Days for which the network a comment came from is kept, sealed; 0 is not at all.
    add column network_days integer not null default 30 check (network_days between 0 and 365);
