-- An article with a guid of its own, a month and a topic; a comment with a guid.
begin;
insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path, author_id, created_at, updated_at, guid, revised_at) values
    (71, 'mint', 'Mint', '', '', 'Words.', '<p>Words.</p>', true, 'published', '2026-01-20', '/2026/mint', 1, '2026-01-20', '2026-01-20', 'https://old.example.org/?p=71', '2026-01-21');
insert into article_paths values ('/2026/mint', 71);
insert into article_topics (article_id, topic_id) values (71, 2);
commit;
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at, guid) values
    (100, 71, 100, 1, 'Ann', 'Minty', '<p>Minty</p>', '\xa0', 'approved', '{}', '2026-02-09', 'https://old.example.org/?p=71#comment-3');
update settings set guid_base = 'https://news.example.org';
