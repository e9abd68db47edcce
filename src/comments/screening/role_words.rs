//! Words by which commenters claim to be on the staff, alone or beside a name.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::folding::skeleton;

/// Words by which someone claims to be on the staff. Together with a name they do not make it another name.
pub(super) static ROLE_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    fold_words(&[
        "admin",
        "admins",
        "administration",
        "administrator",
        "administrators",
        "board",
        "editor",
        "editorial",
        "editors",
        "mod",
        "mods",
        "moderation",
        "moderator",
        "moderators",
        "newsroom",
        "publisher",
        "staff",
        "webmaster",
        "адмін",
        "адміни",
        "адміністратор",
        "адміністраторка",
        "адміністрація",
        "модератор",
        "модератори",
        "модераторка",
        "редактор",
        "редактори",
        "редакторка",
        "редакція",
        "редакції",
        "админ",
        "администратор",
        "администрация",
        "редакция",
        "вебмайстер",
        "модерація",
    ])
});

/// Words that add nothing to a name either, but claim no role by themselves.
static FILLER_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    fold_words(&[
        "a",
        "an",
        "and",
        "at",
        "author",
        "chief",
        "columnist",
        "deputy",
        "desk",
        "com",
        "for",
        "from",
        "head",
        "help",
        "here",
        "in",
        // Of a joined `EditorInChief`.
        "inchief",
        "is",
        "journalist",
        "media",
        "news",
        "of",
        "official",
        "online",
        "press",
        "real",
        "reporter",
        "senior",
        "site",
        "support",
        "team",
        "the",
        "verified",
        "writer",
        "автор",
        "авторка",
        "від",
        "головна",
        "головний",
        "журналіст",
        "журналістка",
        "команда",
        "новини",
        "сайта",
        "сайту",
        "офіційно",
        "офіційний",
        "офіційна",
        "справжній",
    ])
});

/// Role words that are nobody's name, so that a name with one of them claims the role.
static TITLES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    fold_words(&[
        "admin",
        "administrator",
        "editor",
        "moderator",
        "адмін",
        "адміністратор",
        "адміністраторка",
        "модератор",
        "модераторка",
        "редактор",
        "редакторка",
    ])
});

/// Returns whether a name says nothing but a role, or says it beside other words, as in *Ann (admin)*.
pub(super) fn claims_role(words: &[String]) -> bool {
    let is_role = |word: &String| ROLE_WORDS.contains(word);
    let is_only_role = words.iter().any(is_role)
        && words
            .iter()
            .all(|word| is_role_or_filler(word) || word.parse::<u32>().is_ok());
    let joined = words.concat();
    let is_joined_role = !joined.is_empty()
        && !words.iter().all(|word| FILLER_WORDS.contains(word))
        && consists_of_additions(&joined);
    let has_title = words.len() > 1 && words.iter().any(|word| TITLES.contains(word));
    is_only_role || is_joined_role || has_title
}

/// Returns whether a text is made of role words and longer filler words without spaces.
pub(super) fn consists_of_additions(text: &str) -> bool {
    /// Length from which a filler word is no accident inside another word.
    const MIN_CHARS: usize = 3;
    text.is_empty()
        || (1..=text.len())
            .filter(|end| text.is_char_boundary(*end))
            .any(|end| {
                let (word, rest) = text.split_at(end);
                let is_filler = FILLER_WORDS.contains(word) && word.chars().count() >= MIN_CHARS;
                (is_filler || ROLE_WORDS.contains(word)) && consists_of_additions(rest)
            })
}

/// Returns whether a name stays the same name with this word beside it.
pub(super) fn is_role_or_filler(word: &str) -> bool {
    ROLE_WORDS.contains(word) || FILLER_WORDS.contains(word)
}

fn fold_words(words: &[&str]) -> HashSet<String> {
    words.iter().map(|word| skeleton(word)).collect()
}
