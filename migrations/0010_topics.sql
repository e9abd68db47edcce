-- What articles are about. WordPress has two kinds; readers see one, and an export gives both back.
create type topic_kind as enum ('category', 'tag');
create table topics (
    id          bigint generated always as identity primary key,
    slug        text not null unique check (slug <> ''),
    name        text not null check (name <> ''),
    description text not null default '',
    kind        topic_kind not null default 'category'
);

create table article_topics (
    article_id bigint not null references articles on delete cascade,
    topic_id   bigint not null references topics,
    primary key (article_id, topic_id)
);
create index article_topics_by_topic on article_topics (topic_id, article_id);
