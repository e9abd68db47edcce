-- A person has a page, at an address made from the handle.
alter table accounts add column slug text unique;
update accounts set slug = case
    when handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(handle) <= 60 then handle
    else 'author-' || id || '-' || id
end;
alter table accounts alter column slug set not null;
create index articles_by_author on articles (author_id, published_at desc, id desc) where state = 'published';
