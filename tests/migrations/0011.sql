insert into accounts (handle, slug, name, role, created_at) values ('олена', 'olena', 'Олена', 'editor', '2026-01-10');
