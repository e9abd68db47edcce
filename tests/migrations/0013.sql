begin;
insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path, author_id, created_at, updated_at) values
    (70, 'long', 'Long', '', '', repeat('слово ', 200000), '<p>…</p>', true, 'published', '2026-01-12', '/2026/long', 1, '2026-01-12', '2026-01-12');
insert into article_paths values ('/2026/long', 70);
commit;
