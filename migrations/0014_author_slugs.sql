-- Author pages are named after the name that readers see. Until now they were named after the username, which is half of
-- what a stranger needs to sign in.

-- Names that author pages had before, here or on an imported site, which redirect to their present ones.
create table former_author_slugs (
    slug       text primary key,
    account_id bigint not null references accounts on delete cascade
);
create index former_author_slugs_by_account on former_author_slugs (account_id);

-- Slugs are transliterated by the program, so existing accounts get theirs at the next start. An insert that does not say
-- where its slug comes from is corrected then, too.
alter table accounts add column slug_is_from_name boolean not null default false;
