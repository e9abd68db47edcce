-- Fills the database of benches/site.rs, in which the program has started once: 200 articles of about 600 words, each with
-- 50 approved comments, twenty of them replies to another, and five held ones. Triggers maintain the counts.
-- The ids of the articles begin at 1001, those of the comments at 100001: 55 for each article, the held ones last.

-- A number between 0 and 1 that belongs to a row and a purpose.
create function pg_temp.chance(one bigint, purpose bigint) returns double precision language sql immutable parallel safe
    return (hashint8extended(one, purpose) & 2147483647)::double precision / 2147483648;

-- Ordinary words, roughly in the order in which English uses them: the first are taken far more often than the last.
create function pg_temp.lexicon() returns text[] language sql immutable return string_to_array(
    'the and to of a in that it is was for on with as they be at this have from or had by but not what all were we when '
    'there can an your which their said if do will each about how up out them then she many some so these would other into '
    'has more her two like him see time could no make than first been its who now people my made over did down only way '
    'find use may water long little very after words called just where most know through back much before go good new '
    'write our used me man too any day same right look think also around another came come work three word must because '
    'does part even place well such here take why things help put years different away again off went old number great '
    'tell men say small every found still between name should home big give air line set own under read last never us left '
    'end along while might next sound below saw something thought both few those always looked show large often together '
    'asked house world going want school important until form food keep children feet land side without boy once animals '
    'life enough took sometimes four head above kind began almost live page got earth need far hand high year mother light '
    'parts country father let night following picture being study second eyes soon times story boys since white days ever '
    'paper hard near sentence better best across during today others however sure means knew try told young miles sun ways '
    'thing whole hear example heard several change answer room sea against top turned learn point city play toward five '
    'using himself usually money seen car morning given trees summer winter river bridge market council harbour street '
    'garden window kitchen village teacher doctor baker farmer reader editor letter letters reporter library museum station '
    'train bicycle tram ferry road railway engine winter storm harvest orchard meadow forest mountain valley island coast '
    'budget election mayor meeting vote minutes report plan permit office tax rent price wages shop owner customer neighbour '
    'street square corner church tower bell clock century decade weekend evening afternoon breakfast supper bread butter '
    'coffee honey cheese apple potato cabbage onion soup recipe oven kettle table chair lamp candle blanket coat boots '
    'umbrella rain snow wind fog thunder cloud sky star moon planet telescope science history music violin choir concert '
    'theatre painter sculpture gallery poem novel chapter author memory childhood friend sister brother cousin grandmother '
    'wedding funeral birthday holiday journey map compass lighthouse captain sailor fisherman net anchor tide wave gull '
    'heron stork sparrow swallow horse cattle sheep goat hound kitten fox badger hedgehog beetle butterfly clay stone brick '
    'timber copper iron glass wool linen silk thread needle hammer saw ladder wheel barrel basket bucket rope wire cable '
    'signal battery radio newspaper column headline deadline printer archive record witness judge court lawyer verdict '
    'sentence prison police fire brigade hospital nurse medicine clinic patient research survey figure measure result cause '
    'effect reason doubt evidence promise quarrel silence patience courage kindness honest careful quiet narrow ancient '
    'ordinary curious remarkable stubborn gentle bitter hollow crooked distant sudden steady',
    ' ');

-- So many words, in sentences; what they are belongs to the seed.
create function pg_temp.sentences(seed bigint, words int) returns text language sql stable parallel safe as $$
    select string_agg(
        case when place % length = 1 then initcap(word) else word end
            || case when place % length = 0 or place = words then '.' when place % length = 6 then ',' else '' end,
        ' ' order by place)
    from (
        select place, 8 + (seed % 7)::int as length,
            lexicon.words[1 + floor(array_length(lexicon.words, 1) * power(pg_temp.chance(seed * 1000 + place, 1), 2))::int] as word
        from generate_series(1, words) as place cross join (select pg_temp.lexicon() as words) lexicon
    ) picked
$$;

-- Who has replied.
insert into commenters (id, email_hash, email_sealed, created_at) overriding system value
select 1000 + i, sha256(int8send(i)), '\x00', timestamptz '2026-03-14 06:00Z' from generate_series(1, 3000) as i;
select setval('commenters_id_seq', 10000);

insert into topics (slug, name)
select lower(name), name from unnest(array['Culture', 'Food', 'Harbour', 'Schools', 'Science', 'Sport', 'Town', 'Weather']) as name;

-- All on one day, so that an address can be told from a number.
insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path, author_id, created_at, updated_at)
select 1000 + i, 'story-' || i, initcap(rtrim(pg_temp.sentences(i * 10, 5), '.')), pg_temp.sentences(i * 10 + 1, 18), '',
    said.body, said.body_html, true, 'published', moment, '/2026/03/14/story-' || i, (select min(id) from accounts), moment, moment
from generate_series(1::bigint, 200) as i
cross join lateral (select timestamptz '2026-03-14 06:00Z' + i * interval '5 minutes' as moment) published
cross join lateral (
    select string_agg(paragraph, E'\n\n' order by number) as body, string_agg('<p>' || paragraph || '</p>', E'\n' order by number) as body_html
    from (
        select number, pg_temp.sentences(i * 10 + 1 + number, 95 + (i * number % 50)::int) as paragraph
        from generate_series(1, 5) as number
    ) paragraphs
) said;
insert into article_paths (path, article_id) select path, id from articles where id > 1000;
insert into article_topics (article_id, topic_id)
select articles.id, topics.id from articles join topics on topics.id % 8 in (articles.id % 8, articles.id / 8 % 8) where articles.id > 1000;

-- Of five that follow one another the second answers the first, and the third the second.
with numbered as (
    select article, number, 100000 + (article - 1) * 55 + number as id, number > 50 as waits, number <= 50 and number % 5 in (2, 3) as answers
    from generate_series(1::bigint, 200) as article cross join generate_series(1, 55) as number
),
made as (
    select *, floor(3000 * power(pg_temp.chance(id, 2), 2))::bigint as person, pg_temp.sentences(id, 20 + (pg_temp.chance(id, 3) * 40)::int) as words,
        timestamptz '2026-03-15 06:00Z' + number * interval '47 minutes' + pg_temp.chance(id, 4) * interval '40 minutes' as moment
    from numbered
)
insert into comments (id, article_id, parent_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons,
    created_at, status_since, network_hash)
select id, 1000 + article, case when answers then id - 1 end, case when answers then id + 1 - number % 5 else id end, 1001 + person,
    (array['Ann', 'Boris', 'Clara', 'Dmytro', 'Edith', 'Frank', 'Greta', 'Hanna', 'Ivan', 'Julia', 'Karl', 'Larysa', 'Maria',
        'Nils', 'Olha', 'Petro', 'Rosa', 'Stefan', 'Tamara', 'Viktor'])[1 + person % 20]
        || (array['', ' B.', ' Carter', ' Dunn', ' from the harbour', ' Evans', ' Hill', ' K.', ' Moss', ' Novak', ' Reed', ' Stone', ' Wolf'])[1 + person / 20 % 13],
    words, '<p>' || words || '</p>', int8send(id), case when waits then 'held' else 'approved' end::comment_status,
    case when waits then '{first-timer}'::text[] else '{}' end, moment, moment, sha256(int8send(person))
from made;
select setval('comments_id_seq', 1000000);
