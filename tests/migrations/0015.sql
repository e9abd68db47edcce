-- The one row of settings is there already.
insert into settings (title, tagline, language, time_zone, permalink_pattern, appeal, appeal_html, hold_everything, key_id, date_order, hour_cycle)
values ('Courier', '', 'en', 'UTC', '/{slug}', '', '', true, '\x04', 'day-first', 'twenty-four')
on conflict (only_one) do update set date_order = excluded.date_order, hour_cycle = excluded.hour_cycle;
