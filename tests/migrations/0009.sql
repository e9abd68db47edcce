insert into articles (slug, title, standfirst, sources, body, body_html, kind, pinned, note, replies_open, state, author_id, created_at, updated_at) values
    ('imprint', 'Imprint', '', '', 'Words.', '<p>Words.</p>', 'page', true, 'private', false, 'draft', 1, '2026-01-09', '2026-01-09');
