-- The order of day and month in dates and the clock of times that people read. `language`: as is usual in the site's language.
create type date_order as enum ('language', 'day-first', 'month-first');
create type hour_cycle as enum ('language', 'twenty-four', 'twelve');

alter table settings
    add column date_order date_order not null default 'language',
    add column hour_cycle hour_cycle not null default 'language';
