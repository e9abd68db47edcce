-- An article that was indexed, and one that waits for it.
insert into article_search values (1, '2026-01-03', 1, '''*'' ''tea'':1');
delete from article_index_queue where article_id = 1;
insert into article_topics values (70, 1);
