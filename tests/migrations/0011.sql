-- A site in use, as of the schema that 0001 to 0011 create together.
insert into accounts (username, slug, name, role, passphrase_hash, created_at) values
    ('ada', 'ada', 'Ada', 'admin', '$argon2id$sample', '2026-01-01'),
    ('mo', 'mo', 'Мо', 'moderator', null, '2026-01-02'),
    ('олена', 'olena', 'Олена', 'editor', null, '2026-01-10');
update accounts set email_sealed = '\x10', email_set_at = '2026-02-06', email_confirmed_at = '2026-02-06', digest = 'daily',
    digest_at = '2026-02-06' where username = 'ada';
insert into sessions values ('\x01', 1, '2026-01-01', '2026-02-01');
insert into setup_tokens (token_hash, created_at) values ('\x02', '2026-01-01');
insert into sign_in_failures values ('\x03', 3, '2026-01-01');
insert into settings (title, tagline, language, time_zone, permalink_pattern, appeal, appeal_html, hold_everything, key_id)
values ('Кур’єр', '', 'uk', 'Europe/Kyiv', '/{year}/{slug}', 'Підтримайте.', '<p>Підтримайте.</p>', true, '\x04');
begin;
insert into articles (slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, author_id, created_at, updated_at) values
    ('tea', 'Tea', '', '', 'Words.', '<p>Words.</p>', true, 'draft', null, 1, '2026-01-01', '2026-01-01'),
    ('coffee', 'Coffee', '', '', 'Words.', '<p>Words.</p>', true, 'draft', null, 1, '2026-01-01', '2026-01-01');
insert into article_paths values ('/2026/tea', 1), ('/2025/tea', 1);
update articles set state = 'published', published_at = '2026-01-03', path = '/2026/tea' where id = 1;
insert into article_revisions values (1, 1, 'tea', 'Tea', '', '', 'Words.', 'markdown', 1, '2026-01-01');
insert into articles (slug, title, standfirst, sources, body, body_html, format, kind, pinned, draft_reason, replies_open, state, author_id, created_at, updated_at) values
    ('cocoa', 'Cocoa', '', '', '<p>Words.</p>', '<p>Words.</p>', 'html', 'article', false, null, true, 'draft', 1, '2026-01-08', '2026-01-08'),
    ('imprint', 'Imprint', '', '', 'Words.', '<p>Words.</p>', 'markdown', 'page', true, 'private', false, 'draft', 1, '2026-01-09', '2026-01-09');
insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path, author_id, created_at, updated_at) values
    (70, 'long', 'Long', '', '', repeat('слово ', 200000), '<p>…</p>', true, 'published', '2026-01-12', '/2026/long', 1, '2026-01-12', '2026-01-12');
insert into article_paths values ('/2026/long', 70);
insert into topics (slug, name, kind) values ('drinks', 'Drinks', 'category'), ('hot', 'Hot', 'tag');
insert into article_topics values (1, 1), (1, 2);
commit;
insert into imported_sites (url) values ('old.example.org');
insert into imports (sources, started_at) values ('old.xml', '2026-01-11');
insert into imported_articles values (1, 17, 1, 99, 1, 1);
insert into imported_paths values ('/2019/old-tea', 1);
insert into imported_authors values (1, '\x07', 1);
insert into imported_topics values ('напої', 'category', 1);
insert into imported_media values (1, 18, 17, 'https://old.example.org/wp-content/uploads/tea.jpg', 'Tea', '', '/tea-jpg');
insert into commenters (email_hash, email_sealed, created_at) values ('\x05', '\x06', '2026-01-04'), ('\x0c', '\x0d', '2026-01-16');
insert into commenter_browsers values ('\x0e', 1, '2026-01-16');
insert into commenter_notes (commenter_id, account_id, note, written_at) values (1, 1, 'Kind.', '2026-02-03');
insert into blocked_domains values ('spam.example.org', 1, '2026-01-15');
insert into blocked_networks values ('192.0.2.0/24', 1, '2026-01-15');
insert into recent_submissions values ('\x0b', '2026-01-15');
insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) values
    (1, null, 1, 1, 'Ann', 'One', '<p>One</p>', '\x01', 'approved', '{}', '2026-01-04'),
    (1, null, 2, 1, 'Ann', 'Two', '<p>Two</p>', '\x02', 'held', '{everything-is-held}', '2026-01-04'),
    (1, 1, 1, 1, 'Ann', 'Three', '<p>Three</p>', '\x03', 'approved', '{}', '2026-01-05'),
    (1, null, 4, 1, 'Ann', 'Four', '<p>Four</p>', decode(repeat('ab', 32), 'hex'), 'spam', '{honeypot-filled}', '2026-01-07');
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, format, dedup_hash, status, reasons, created_at, site_id, wordpress_id, export_hash, network_sealed, network_until) values
    (90, 1, 90, null, 'Olha', '<p>Hi</p>', '<p>Hi</p>', 'html', '\x08', 'approved', '{}', '2020-01-01', 1, 5, 77, '\x09', '2026-02-11');
insert into comments (id, article_id, parent_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) values
    (95, 1, null, 95, 1, 'Ann', 'Held question', '<p>Held question</p>', '\x95', 'held', '{}', '2026-01-13'),
    (96, 1, 95, 95, 1, 'Ann', 'Answer', '<p>Answer</p>', '\x96', 'approved', '{}', '2026-01-14');
update comments set version = 1, edited_at = '2026-01-14', account_id = 1 where id = 96;
insert into comment_versions values (96, 0, 'Ann', null, 'Answer', 'markdown', '<p>Answer</p>', '2026-02-03', 1);
insert into linkbacks (article_id, kind, name, website, body, status, created_at, site_id, wordpress_id, export_hash) values
    (1, 'pingback', 'Another paper', 'https://paper.example.org/', 'Tea!', 'approved', '2020-01-02', 1, 6, 78);
insert into spam_checks (comment_id, fallback_status, next_try_at) values (95, 'approved', '2026-01-15');
-- A decision, its undo, and a blocked domain, chained as src/audit_log computes the hashes.
do $$
declare
    entry record;
    entry_id bigint;
    previous bytea := '';
    hash bytea;
begin
    for entry in
        select * from (values
            (1, 'decided', 1, '', timestamptz '2026-01-06', E'1 2 held spam -\n', 1),
            (2, 'undone', 2, '', timestamptz '2026-01-06', E'2 2 spam held 1\n', 1),
            (3, 'blocked', 3, 'domain example.org', timestamptz '2026-02-01', '', 0)
        ) as entries (position, kind, action_id, subject, at, lines, decisions)
    loop
        entry_id := nextval('audit_log_ids');
        hash := sha256(convert_to(format(E'%s\n%s\n%s\n%s\n1\n%s\n%s\n\n%s', entry.position, encode(previous, 'hex'), entry.kind,
            entry.action_id, (extract(epoch from entry.at) * 1000000)::bigint, entry.subject, entry.lines), 'UTF8'));
        insert into audit_log (position, id, action_id, kind, account_id, subject, note, at, decisions, previous, hash)
        values (entry.position, entry_id, entry.action_id, entry.kind::audit_kind, 1, entry.subject, '', entry.at, entry.decisions, previous, hash);
        previous := hash;
    end loop;
end
$$;
insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, undoes, decided_at) values
    (1, 1, 2, 1, 'held', 'spam', null, '2026-01-06'),
    (2, 2, 2, 1, 'spam', 'held', 1, '2026-01-06');
insert into bulk_actions (action_id, account_id, to_status, filter, note, started_at, as_of, expected)
values (4, 1, 'spam', 'status=held', '', '2026-02-02', '2026-02-02', 1);
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) values
    (98, 1, 98, 1, 'Ann', 'Alike', '<p>Alike</p>', '\x98', 'held', '{first-timer,hold-word:a,hold-word:b}', '2026-02-02');
insert into similar_groups (id) values (98);
update comments set similar_group_id = 98 where id = 98;
insert into comment_search values (98, 0, to_tsvector('simple', 'Alike'));
insert into similarity_bands values (7, 98);
insert into classifier_features values (-17, 1, 0);
insert into classifier_examples values (98, false, '{-17}', 0.25, '2026-02-04');
insert into subscriptions (commenter_id, article_id, scope, requested_at, active_since) values (2, 1, 'all_replies', '2026-01-16', '2026-01-16');
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) values
    (97, 1, 97, 1, 'Ann', 'News', '<p>News</p>', '\x97', 'approved', '{}', '2026-01-17');
insert into notifications values (1, 97, null);
insert into digests (account_id, comments, created_at, expires_at) values (1, '{98,97}', '2026-02-06', '2026-02-13');
insert into outbox (commenter_id, message_sealed, next_try_at, created_at) values (2, '\x0f', '2026-01-17', '2026-01-17');
insert into outbox (account_id, message_sealed, next_try_at, created_at) values (1, '\x0f', '2026-02-05', '2026-02-05');
insert into comments (id, article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at) values
    (99, 1, 99, 1, 'Ann', 'Published', '<p>Published</p>', '\x99', 'approved', '{}', '2026-02-08');
