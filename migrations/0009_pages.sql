-- A page stands outside the front page, the feed and the topics: an imprint, a privacy notice.
create type article_kind as enum ('article', 'page');
alter table articles add column kind article_kind not null default 'article';
-- Pinned articles stand first on the front page.
alter table articles add column pinned boolean not null default false;
create index articles_pinned on articles (published_at desc, id desc) where pinned and state = 'published';
-- Why an article that came from elsewhere is a draft here; shown to editors while it is one.
create type draft_note as enum ('protected', 'private', 'pending', 'unknown');
alter table articles add column note draft_note;
