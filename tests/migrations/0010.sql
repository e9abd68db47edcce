insert into topics (slug, name, kind) values ('drinks', 'Drinks', 'category'), ('hot', 'Hot', 'tag');
insert into article_topics values (1, 1), (1, 2);
