-- A member of staff is only written to at an address whose owner has pressed a link that was mailed there.
alter table accounts
    -- When the address was given: the link that confirms it names this moment, and is good for that address alone.
    add column email_set_at timestamptz,
    add column email_confirmed_at timestamptz,
    add check (email_confirmed_at is null or (email_sealed is not null and email_set_at is not null));

create index digests_of_account on digests (account_id, id desc);
create index outbox_by_account on outbox (account_id) where account_id is not null;
