insert into learned_signals values (-17, 1, 0);
insert into lessons values (98, false, '{-17}', 0.25, '2026-02-04');
