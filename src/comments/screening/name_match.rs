//! Recognises names of commenters that are, or imitate, the name of a member of staff or of the publication. Names are
//! compared by their skeleton (UTS #39), so that other alphabets, accents, spacing and punctuation make no difference.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::folding::skeleton;

/// Words by which someone claims to be on the staff. Together with a name they do not make it another name.
static ROLE_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    fold_words(&[
        "admin",
        "administration",
        "administrator",
        "editor",
        "editorial",
        "editors",
        "mod",
        "moderator",
        "moderators",
        "newsroom",
        "staff",
        "webmaster",
        "адмін",
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
        "for",
        "from",
        "head",
        "here",
        "in",
        "is",
        "journalist",
        "of",
        "official",
        "real",
        "reporter",
        "senior",
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
        "офіційно",
        "офіційний",
        "офіційна",
        "справжній",
    ])
});
/// Articles that a publication's title may begin with.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// Returns the name of staff or the publication that a commenter's name is or imitates. A name that only claims a role,
/// such as "Editor", imitates the publication. A single name in a longer one is not enough: a colleague called Ann keeps
/// nobody else called Ann from commenting, but *Ann (editor)* imitates her.
pub fn find_imitated<'a>(name: &str, staff: &'a [String], publication: &'a str) -> Option<&'a str> {
    let spellings = list_spellings(name);
    let imitates = |other: &str, is_publication: bool| {
        let others = list_spellings(other);
        spellings.iter().zip(others).any(|(name, mut own)| {
            if is_publication && own.len() > 1 {
                own.retain(|word| !ARTICLES.contains(&word.as_str()));
            }
            is_imitation(name, &own)
        })
    };
    if let Some(found) = staff.iter().find(|own| imitates(own, false)) {
        return Some(found);
    }
    let claims_role = spellings.iter().any(|words| {
        let is_role = |word: &String| ROLE_WORDS.contains(word);
        words.iter().any(is_role) && words.iter().all(|word| is_role_or_filler(word))
    });
    (claims_role || imitates(publication, true)).then_some(publication)
}

/// Returns the words of a name in three spellings: as typed, in small letters and in capitals. Some letters look alike only
/// as capitals (`Н`, `H`), some only as small ones (`а`, `a`).
fn list_spellings(name: &str) -> [Vec<String>; 3] {
    // A token without a letter or digit decorates, but could become a letter (`|`).
    let tokens = name
        .split_whitespace()
        .filter(|token| token.contains(char::is_alphanumeric));
    let name = tokens
        .map(|token| token.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect::<Vec<_>>()
        .join(" ");
    [name.clone(), name.to_lowercase(), name.to_uppercase()].map(|name| {
        let skeleton = skeleton(&name);
        let words = skeleton.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    })
}

/// Returns whether the words of a name are or contain the words of somebody else's.
fn is_imitation(name: &[String], own: &[String]) -> bool {
    let (joined, own_joined) = (name.concat(), own.concat());
    if own_joined.is_empty() {
        return false;
    }
    // However the words are spaced: `OlenaEditor`, `O.l.e.n.a`.
    let around = [
        joined.strip_prefix(&own_joined),
        joined.strip_suffix(&own_joined),
    ];
    let is_only_role = |rest: &str| rest.is_empty() || ROLE_WORDS.contains(rest);
    if around.into_iter().flatten().any(is_only_role) {
        return true;
    }
    let Some(extra) = remove_words(name, own) else {
        return false;
    };
    // In any order. Two words in common are no accident; one is a first name that many people have.
    own.len() > 1 || extra.iter().all(|word| is_role_or_filler(word))
}

/// Returns the words of a name that remain without those of another, or `None` if it does not have them all.
fn remove_words(name: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut rest = name.to_vec();
    for word in other {
        let at = rest.iter().position(|known| known == word)?;
        rest.swap_remove(at);
    }
    Some(rest)
}

fn is_role_or_filler(word: &str) -> bool {
    ROLE_WORDS.contains(word) || FILLER_WORDS.contains(word)
}

fn fold_words(words: &[&str]) -> HashSet<String> {
    words.iter().map(|word| skeleton(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imitated(name: &str) -> Option<&'static str> {
        let staff = [
            "Olena Editor",
            "Ann",
            "Йосип Вовк",
            "Мар'яна О'Коннор-Ґедзь",
        ]
        .map(str::to_owned);
        let staff: &'static [String] = Box::leak(Box::new(staff));
        find_imitated(name, staff, "The Kyiv Courier")
    }

    #[test]
    fn names_that_are_or_imitate_the_name_of_staff_are_recognised() {
        for name in [
            "Olena Editor",
            "olena EDITOR",
            "Оlena Еditor",
            "ОLЕNА ЕDІТОR",
            "Ｏｌｅｎａ　Ｅｄｉｔｏｒ",
            "𝓞𝓵𝓮𝓷𝓪 𝓔𝓭𝓲𝓽𝓸𝓻",
            "Olena\u{200B} Edi\u{AD}tor",
            "Oléna Édıtor",
            "O1ena Ed1t0r",
            "OIena Editor",
            "OlenaEditor",
            "Olena  Editor",
            "Olena_Editor",
            "Olena-Editor.",
            "O l e n a E d i t o r",
            "★ Olena | Editor ★",
            "@OlenaEditor",
            "Editor Olena",
            "Editor, Olena",
            "Olena Editor (admin)",
            "OlenaEditor admin",
            "The real Olena Editor",
            "Olena Editor from Lviv",
        ] {
            assert_eq!(imitated(name), Some("Olena Editor"), "{name}");
        }
        for name in [
            "Ann",
            "ANN",
            "Аnn",
            "A n n",
            "Ann (editor)",
            "Ann, moderator",
            "the real Ann",
            "Ann – редакція",
        ] {
            assert_eq!(imitated(name), Some("Ann"), "{name}");
        }
        for name in [
            "йосип вовк",
            "ЙОСИП ВОВК",
            "И\u{306}осип Bовк",
            "Вовк Йосип",
            "ЙОСИП BOBK",
        ] {
            assert_eq!(imitated(name), Some("Йосип Вовк"), "{name}");
        }
        let name = "Мар’яна О’Коннор Ґедзь";
        assert_eq!(imitated(name), Some("Мар'яна О'Коннор-Ґедзь"));
    }

    #[test]
    fn names_that_are_or_imitate_the_publication_are_recognised() {
        for name in [
            "The Kyiv Courier",
            "Kyiv Courier",
            "KYIV COURIER",
            "Kуіv Cоurier",
            "KyivCourier",
            "Kyiv Courier Editorial Team",
            "Editors of the Kyiv Courier",
            "Editor",
            "ADMIN",
            "Аdmin",
            "The Moderator",
            "Редакція",
            "Chief Editor",
        ] {
            assert_eq!(imitated(name), Some("The Kyiv Courier"), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_taken_for_imitations() {
        for name in [
            "Ann Smith",
            "Anna",
            "Joann",
            "Ann Lee from Kyiv",
            "Olena",
            "Olena Shevchenko",
            "Elena Editorova",
            "Йосип",
            "Вовк",
            "Courier",
            "Kyiv reader",
            "The Reader",
            "A journalist",
            "Author",
            "Mod Jones",
            "Edith Adminson",
            "李小龙",
            "👍🏽",
            "…",
            "",
        ] {
            assert_eq!(imitated(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_without_letters_protects_nothing() {
        let staff = ["—".to_owned(), "😀".to_owned()];
        for name in ["", "—", "😀", "Ann"] {
            assert_eq!(find_imitated(name, &staff, "…"), None, "{name}");
        }
    }
}
