insert into topics (slug, name) values ('gas-prices', E'Gas\u00A0prices');
insert into article_topics select 1, id from topics where fold_topic_name(name) = 'gas prices';
update articles set draft_reason = 'undated' where id = 2;
