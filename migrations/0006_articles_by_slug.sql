-- An address that leads nowhere is answered with the articles whose slug begins like its last part.
-- Bytewise, so that a range finds them whatever the database's own collation is.
create index articles_by_slug on articles (slug collate "C") where state = 'published';
