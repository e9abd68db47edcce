-- What tells one press of the button from two is more than the words by now: a keyed hash of the day, the network, the name,
-- the website and the words. It is kept for two days; then the comment's own number, eight bytes, takes its place.
alter table comments rename column body_digest to said_once;
create index comments_said_lately on comments (created_at) where length(said_once) = 32;
