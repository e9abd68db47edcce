//! Recognises names of commenters that are, or imitate, the name of a member of staff or of the publication. Names are
//! compared by their skeleton (UTS #39), so that other alphabets, accents, spacing and punctuation make no difference.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::text::folding::skeleton;
use crate::text::slug::transliterate;

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
        "media",
        "news",
        "of",
        "official",
        "online",
        "press",
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
        "новини",
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

/// Returns the words of a name in several spellings. Some letters look alike only as capitals (`Н`, `H`), some only as small
/// ones (`а`, `a`).
fn list_spellings(name: &str) -> [Vec<String>; 6] {
    // A token without a letter or digit decorates, but could become a letter (`|`).
    let tokens: Vec<&str> = name
        .split_whitespace()
        .filter(|token| token.contains(char::is_alphanumeric))
        .collect();
    let trimmed: Vec<&str> = tokens
        .iter()
        .map(|token| token.trim_matches(|c: char| !c.is_alphanumeric()))
        .collect();
    let name = trimmed.join(" ");
    let undecorated: Vec<&str> = trimmed.iter().map(|token| trim_variants(token)).collect();
    let spellings = [
        name.to_lowercase(),
        name.to_uppercase(),
        undecorated.join(" ").to_lowercase(),
        // A dagger for a `t`.
        tokens.join(" ").replace(['†', '‡'], "t").to_lowercase(),
        // The same name in another alphabet.
        transliterate(&name),
        name,
    ];
    spellings.map(|name| {
        let skeleton = skeleton(&name);
        let words = skeleton.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    })
}

/// Removes letters and digits in other shapes around a word, such as `²` and `Ⓡ`, unless there is nothing else in it.
fn trim_variants(word: &str) -> &str {
    let is_variant = |c: char| c.nfkc().ne([c]);
    match word.trim_matches(is_variant) {
        "" => word,
        rest => rest,
    }
}

/// Returns whether the words of a name are or contain the words of somebody else's.
fn is_imitation(name: &[String], own: &[String]) -> bool {
    let (joined, own_joined) = (name.concat(), own.concat());
    if own_joined.is_empty() {
        return false;
    }
    // However the words are spaced: `OlenaEditor`, `O.l.e.n.a`.
    if is_with_role(&joined, &own_joined) {
        return true;
    }
    // `Olenna Editor`. Short names that differ in this are other names: Ann, An.
    if own.len() > 1 && is_with_role(&merge_doubled(&joined), &merge_doubled(&own_joined)) {
        return true;
    }
    let Some(extra) = remove_words(name, own) else {
        return false;
    };
    // In any order. Two words in common are no accident; one is a first name that many people have.
    own.len() > 1 || extra.iter().all(|word| is_role_or_filler(word))
}

/// Returns whether a name without spaces is somebody else's, or that with a role.
fn is_with_role(joined: &str, own_joined: &str) -> bool {
    let around = [
        joined.strip_prefix(own_joined),
        joined.strip_suffix(own_joined),
    ];
    let is_only_role = |rest: &str| rest.is_empty() || ROLE_WORDS.contains(rest);
    around.into_iter().flatten().any(is_only_role)
}

/// Returns the text with one letter in place of several equal ones in a row.
fn merge_doubled(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
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
            "Olena Editor²",
            "Olena EditorⓇ",
            "ⓥOlena Editorⓥ",
            "ᴏʟᴇɴᴀ ᴇᴅɪᴛᴏʀ",
            "Oleɴa Editor",
            "Olena Ɛditor",
            "Olǝna Editor",
            "Olena Edi†or",
            "Олена Едітор",
            "Оленa Editor",
            "Olenna Editor",
            "Olena Editorr",
            "Olena Editor 2",
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
            "Yosyp Vovk",
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
            "Kyiv Courier News",
            "Кyiv Cоurier Оnline",
            "Київ Courier",
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
            "An",
            "Anna²",
            "Ann† Smith",
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
