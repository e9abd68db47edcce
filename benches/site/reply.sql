-- Inserts what a reply leaves in the tables, with pgbench: a new commenter and their comment, in one transaction, in rows as
-- long as those of commenters::store::commenters::find_or_insert and comments::store::insert. The triggers run as usual.
\set id random(1001, 1200)
\set chance random(1, 9000000000000000000)

begin;
insert into commenters (email_hash, email_sealed, created_at)
values (sha256(int8send(:chance)), decode(repeat('ab', 80), 'hex'), now()) returning id as commenter \gset
insert into comments
    (id, article_id, parent_id, root_id, commenter_id, account_id, name, website, body, body_html, dedup_hash, status,
     reasons, created_at, network_sealed, network_until, network_hash, status_since, score, signals)
select fresh.id, :id, null, fresh.id, :commenter, null, 'Reader ' || :chance, null, said.words, '<p>' || said.words || E'</p>\n',
    sha256(int8send(fresh.id)), 'held', '{first-timer}', now(), decode(repeat('cd', 60), 'hex'), now() + interval '30 days',
    sha256(int8send(:chance)), now(), null, '{}'
from (select nextval('comments_id_seq') as id) fresh
cross join (
    select 'We walked along the harbour that morning and saw what you describe, though the ferry was late and nobody had told the '
        'fishermen; number ' || :chance || ' of the letters my grandmother kept says the same of the bridge, the market and the storm.' as words
) said;
commit;
