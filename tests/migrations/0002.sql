insert into settings (title, tagline, language, time_zone, permalink_pattern, appeal, appeal_html, hold_everything, key_id)
values ('Кур’єр', '', 'uk', 'Europe/Kyiv', '/{year}/{slug}', 'Підтримайте.', '<p>Підтримайте.</p>', true, '\x04');
