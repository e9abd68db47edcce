insert into former_author_slugs (slug, account_id) values ('ada-of-the-old-site', 1);
