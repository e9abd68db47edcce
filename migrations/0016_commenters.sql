-- What a commenter may do without an account: prove an address, be told of replies, see and take back what is theirs.
alter table commenters
    -- Part of the signature on their page's address. A new one makes the old address void.
    add column seed uuid not null default gen_random_uuid(),
    -- When the link that was mailed to the address was used.
    add column proved_at timestamptz,
    -- When that link was last mailed.
    add column proof_sent_at timestamptz,
    -- How often, without its having been used: nobody is asked for ever.
    add column proofs_sent integer not null default 0,
    -- Mail to the address came back.
    add column silenced_at timestamptz,
    add column blocked_at timestamptz,
    add column blocked_by bigint references accounts;
create index commenters_blocked on commenters (blocked_at) where blocked_at is not null;

-- Browsers that have proved an address; a browser may have several.
create table commenter_browsers (
    token_hash   bytea not null,
    commenter_id bigint not null references commenters on delete cascade,
    proved_at    timestamptz not null,
    primary key (token_hash, commenter_id)
);
create index commenter_browsers_by_commenter on commenter_browsers (commenter_id);

create type subscription_scope as enum ('answers', 'everything');
create table subscriptions (
    id           bigint generated always as identity primary key,
    commenter_id bigint not null references commenters on delete cascade,
    article_id   bigint not null references articles on delete cascade,
    -- Answers to what they wrote under the article, or every reply there.
    scope        subscription_scope not null,
    asked_at     timestamptz not null,
    -- Since when: the address was proved by then.
    active_since timestamptz,
    mailed_at    timestamptz,
    unique (commenter_id, article_id)
);
create index subscriptions_on_article on subscriptions (article_id) where active_since is not null;

-- What a subscriber is to be told, each comment once. Told with it as long as the comment is approved.
create table notices (
    subscription_id bigint not null references subscriptions on delete cascade,
    comment_id      bigint not null references comments on delete cascade,
    told_at         timestamptz,
    primary key (subscription_id, comment_id)
);
create index notices_to_tell on notices (subscription_id) where told_at is null;
create index notices_by_comment on notices (comment_id);

create index notices_told on notices (told_at) where told_at is not null;

-- Approved comments that subscribers are to be told of: noted here by whoever approves them, by whatever way, and handed
-- out to the subscribers by the worker, so that no decision waits for a row each. Not what an import brings.
create table news (
    comment_id bigint primary key references comments on delete cascade
);

create function note_news() returns trigger language plpgsql as $$
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
        select added.id from added
        join removed on removed.id = added.id and removed.status <> 'approved'
        where added.status = 'approved' and added.site_id is null
          and exists (select 1 from subscriptions where subscriptions.article_id = added.article_id and active_since is not null)
        order by added.id
        on conflict do nothing;
    end if;
    return null;
end
$$;
create trigger news_added after insert on comments
    referencing new table as added for each statement execute function note_news();
create trigger news_changed after update on comments
    referencing new table as added old table as removed for each statement execute function note_news();

-- Mail that is to leave, written in the same transaction as its cause.
create table outbox (
    id           bigint generated always as identity primary key,
    -- To whom: the address is opened when it is sent.
    commenter_id bigint not null references commenters on delete cascade,
    -- Subject, text and links, sealed: whoever has them can act.
    letter       bytea not null,
    -- Which subscription it serves, and the comments it quotes: it does not leave once one of these is taken down.
    subscription_id bigint references subscriptions on delete cascade,
    quotes       bigint[] not null default '{}',
    tries        integer not null default 0,
    next_try_at  timestamptz not null,
    written_at   timestamptz not null
);
create index outbox_due on outbox (next_try_at);
