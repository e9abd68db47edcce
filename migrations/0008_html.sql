-- Texts that came from elsewhere stay HTML: turned into Markdown they would lose what Markdown cannot say.
create type body_format as enum ('markdown', 'html');
alter table articles add column format body_format not null default 'markdown';
alter table article_revisions add column format body_format not null default 'markdown';
alter table comments add column format body_format not null default 'markdown';
