insert into articles (slug, title, standfirst, sources, body, body_html, format, replies_open, state, author_id, created_at, updated_at) values
    ('cocoa', 'Cocoa', '', '', '<p>Words.</p>', '<p>Words.</p>', 'html', true, 'draft', 1, '2026-01-08', '2026-01-08');
