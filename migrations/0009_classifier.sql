-- The spam classifier: a naive Bayes model trained on this site's own decisions.

-- How many approved and refused comments contain a feature. Features are keyed hashes: words are stored in comments only.
create table classifier_features (
    feature  bigint primary key,
    approved integer not null,
    refused  integer not null
);

-- The features that each decided comment was trained with, so that it can be untrained exactly. Deleted with its text.
create table classifier_examples (
    comment_id bigint primary key references comments on delete cascade,
    is_refused boolean not null,
    -- Empty: enough comments with nearly the same text were trained already.
    features   bigint[] not null,
    -- The score it had before it was trained, which tests the model on every decision. Null: too few examples then.
    score      real,
    trained_at timestamptz not null
);
create index classifier_examples_by_time on classifier_examples (trained_at desc, comment_id desc);

create table classifier_state (
    only_one          boolean primary key default true check (only_one),
    -- Audit log entries up to this position have been trained.
    log_position      bigint not null default 0,
    -- Examples with features, and the sum of their features.
    approved          bigint not null default 0,
    refused           bigint not null default 0,
    approved_features bigint not null default 0,
    refused_features  bigint not null default 0,
    -- Counts changes of the model: scores made with an older version may be computed again.
    version           bigint not null default 0,
    -- The version with which held comments were last scored, and when.
    rescored_version  bigint not null default 0,
    rescored_at       timestamptz,
    -- Identifies the secret key and the feature rules. When it differs, the model is trained again from all decided comments
    -- in the order of their ids; retrain_cursor is the last one done.
    model_fingerprint bigint,
    retrain_cursor    bigint
);
insert into classifier_state default values;
