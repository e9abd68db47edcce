insert into commenter_notes (commenter_id, account_id, note, written_at) values (1, 1, 'Kind.', '2026-02-03');
insert into comment_versions values (98, 0, 'Ann', null, 'Alike', 'markdown', '<p>Alike</p>', '2026-02-03', 1);
