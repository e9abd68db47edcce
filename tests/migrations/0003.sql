begin;
insert into articles (slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, author_id, created_at, updated_at) values
    ('tea', 'Tea', '', '', 'Words.', '<p>Words.</p>', true, 'draft', null, 1, '2026-01-01', '2026-01-01'),
    ('coffee', 'Coffee', '', '', 'Words.', '<p>Words.</p>', true, 'draft', null, 1, '2026-01-01', '2026-01-01');
insert into article_paths values ('/2026/tea', 1), ('/2025/tea', 1);
update articles set state = 'published', published_at = '2026-01-03', path = '/2026/tea' where id = 1;
insert into article_revisions values (1, 1, 'tea', 'Tea', '', '', 'Words.', 1, '2026-01-01');
commit;
