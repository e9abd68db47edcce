insert into imported_sites (address) values ('old.example.org');
insert into imports (sources, started_at) values ('old.xml', '2026-01-11');
insert into imported_articles values (1, 17, 1, 99, 1, 1);
insert into imported_paths values ('/2019/old-tea', 1);
insert into imported_authors values (1, '\x07', 1);
insert into imported_topics values ('напої', 'category', 1);
insert into imported_media values (1, 18, 17, 'https://old.example.org/wp-content/uploads/tea.jpg', 'Tea', '', '/tea-jpg');
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, format, said_once, status, reasons, created_at, site_id, number, origin, network_sealed, network_until) values
    (90, 1, 90, null, 'Olha', '<p>Hi</p>', '<p>Hi</p>', 'html', '\x08', 'approved', '{}', '2020-01-01', 1, 5, 77, '\x09', '2026-02-11');
insert into linkbacks (article_id, kind, name, website, body, status, created_at, site_id, number, origin) values
    (1, 'pingback', 'Another paper', 'https://paper.example.org/', 'Tea!', 'approved', '2020-01-02', 1, 6, 78);
