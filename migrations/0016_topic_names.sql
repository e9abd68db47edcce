-- Two names of topics are the same if they differ only in letter case, in the kind of their spaces or in characters that
-- are not seen: direction marks, soft hyphens and the like. Editors may use both in names.
create function fold_topic_name(name text) returns text language sql immutable strict parallel safe as $$
    select lower(btrim(regexp_replace(normalize(regexp_replace(name,
        '[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]', '', 'g'), nfkc), '\s+', ' ', 'g')))
$$;
create index topics_by_folded_name on topics (fold_topic_name(name));

-- WordPress published it, but with no usable date, such as the year 26.
alter type draft_reason add value 'undated';
