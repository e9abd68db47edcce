-- Subscriptions and the notifications they cause, digests for staff, and the outbox.

create type subscription_scope as enum ('replies_to_me', 'all_replies');
create table subscriptions (
    id           bigint generated always as identity primary key,
    commenter_id bigint not null references commenters on delete cascade,
    article_id   bigint not null references articles on delete cascade,
    scope        subscription_scope not null,
    requested_at timestamptz not null,
    -- Null until the email is verified.
    active_since timestamptz,
    mailed_at    timestamptz,
    unique (commenter_id, article_id)
);
create index subscriptions_on_article on subscriptions (article_id) where active_since is not null;

-- The comments that a subscriber is notified of, each once, as long as the comment is approved.
create table notifications (
    subscription_id bigint not null references subscriptions on delete cascade,
    comment_id      bigint not null references comments on delete cascade,
    sent_at         timestamptz,
    primary key (subscription_id, comment_id)
);
create index notifications_unsent on notifications (subscription_id) where sent_at is null;
create index notifications_by_comment on notifications (comment_id);
create index notifications_sent on notifications (sent_at) where sent_at is not null;

-- Approved comments whose subscribers are still to be notified. The worker writes one notification per subscriber from it, so
-- that no decision waits for that. Imported comments notify nobody.
create table notification_queue (
    comment_id bigint primary key references comments on delete cascade
);

-- The old and new rows are added up instead of joined, for the reason given at maintain_comment_facets.
create function enqueue_notification() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into notification_queue (comment_id)
        select id from added
        where status = 'approved' and site_id is null
          and exists (select 1 from subscriptions where subscriptions.article_id = added.article_id and active_since is not null)
        order by id
        on conflict do nothing;
    else
        insert into notification_queue (comment_id)
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
create trigger notification_queue_added after insert on comments
    referencing new table as added for each statement execute function enqueue_notification();
create trigger notification_queue_changed after update on comments
    referencing new table as added old table as removed for each statement execute function enqueue_notification();

-- Digests that were mailed: a digest's page shows these comments, and decides on these alone.
create table digests (
    id         bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    comments   bigint[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index digests_by_expiry on digests (expires_at);
create index digests_by_account on digests (account_id, id desc);

-- Email to send, written in the same transaction as its cause.
create table outbox (
    id              bigint generated always as identity primary key,
    -- The recipient, a commenter or a member of staff; the email is decrypted when it is sent.
    commenter_id    bigint references commenters on delete cascade,
    account_id      bigint references accounts on delete cascade,
    -- Subject, text and links, encrypted: the links act without a sign-in.
    message_sealed  bytea not null,
    -- The subscription it belongs to and the comments it quotes: it is cancelled when one of these is removed.
    subscription_id bigint references subscriptions on delete cascade,
    quotes          bigint[] not null default '{}',
    tries           integer not null default 0,
    next_try_at     timestamptz not null,
    created_at      timestamptz not null,
    check (num_nonnulls(commenter_id, account_id) = 1)
);
create index outbox_due on outbox (next_try_at);
create index outbox_by_account on outbox (account_id) where account_id is not null;
