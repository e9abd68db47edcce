//! Recognises names of commenters that are, or imitate, the name of a member of staff or of the publication. Names are
//! compared by their skeleton (UTS #39), so that other alphabets, accents, spacing and punctuation make no difference.

use unicode_normalization::UnicodeNormalization;

use super::role_words::{ROLE_WORDS, claims_role, consists_of_additions, is_role_or_filler};
use crate::text::characters::is_word_by_itself;
use crate::text::folding::skeleton;
use crate::text::slug::transliterate;

/// Articles that a publication's title may begin with.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// Returns the name of staff or the publication that a commenter's name is or imitates. A name that claims a role, such as
/// "Editor" or "Ann (admin)", imitates the publication. A single name in a longer one is not enough: a colleague called Ann
/// keeps nobody else called Ann from commenting, but *Ann (editor)* imitates her.
pub fn find_imitated<'a>(name: &str, staff: &'a [String], publication: &'a str) -> Option<&'a str> {
    let spellings = list_spellings(name);
    let staff_spellings: Vec<Vec<NameSpelling>> =
        staff.iter().map(|name| list_spellings(name)).collect();
    for (own, found) in staff_spellings.iter().zip(staff) {
        let mut pairs = spellings.iter().zip(own);
        if pairs.any(|(name, own)| imitates_person(name, own)) {
            return Some(found);
        }
    }
    let mut pairs = spellings.iter().zip(list_spellings(publication));
    let imitates_publication = pairs.any(|(name, mut own)| {
        if own.words.len() > 1 {
            own.words.retain(|word| !ARTICLES.contains(&word.as_str()));
        }
        is_imitation(&name.words, &own.words, true)
            || names_colleague(&name.words, &own.words, &staff_spellings)
    });
    let claims_role = spellings.iter().any(|name| claims_role(&name.words));
    (claims_role || imitates_publication).then_some(publication)
}

/// One way to read a name.
struct NameSpelling {
    words: Vec<String>,
    /// Whether so much of the name was left out that only names of several words may be compared.
    is_rough: bool,
}

/// Returns a name in several spellings, always in the same order. Some letters look alike only as capitals (`Н`, `H`), some
/// only as small ones (`а`, `a`).
fn list_spellings(name: &str) -> Vec<NameSpelling> {
    let typed = name;
    let name: String = name.nfkc().collect();
    let tokens = list_tokens(&name);
    let name = trim_tokens(&tokens, |c| !c.is_alphanumeric());
    let is_variant = |c: char| !c.is_alphanumeric() || c.nfkc().ne([c]);
    let undecorated = trim_tokens(&list_tokens(typed), is_variant);
    let is_addition = |c: char| is_variant(c) || c.is_ascii_digit();
    let without_digits = trim_tokens(&list_tokens(typed), is_addition);
    // Signs for letters.
    let signs = tokens
        .join(" ")
        .replace(['†', '‡', '✝', '+'], "t")
        .replace('!', "i")
        .replace('€', "e");
    let fine = [
        name.clone(),
        name.to_lowercase(),
        name.to_uppercase(),
        undecorated.to_lowercase(),
        signs.to_lowercase(),
    ];
    let rough = [
        // `Olenna Editor`, `Olena Editor1`. Short names that differ in this are other names: Ann, An.
        merge_doubled(&without_digits.to_lowercase()),
        merge_doubled(&transliterate_name(&name)),
    ];
    let fine = fine.iter().map(|name| NameSpelling::new(name, false));
    let rough = rough.iter().map(|name| NameSpelling::new(name, true));
    fine.chain(rough).collect()
}

/// Returns the parts of a name between white space. One without a letter or digit decorates, but could become a letter (`|`).
fn list_tokens(name: &str) -> Vec<&str> {
    name.split_whitespace()
        .filter(|token| token.contains(char::is_alphanumeric))
        .collect()
}

/// Removes characters around each token, unless there is nothing else in it.
fn trim_tokens(tokens: &[&str], is_removed: impl Fn(char) -> bool) -> String {
    let trimmed: Vec<&str> = tokens
        .iter()
        .map(|token| match token.trim_matches(&is_removed) {
            "" => token,
            rest => rest,
        })
        .collect();
    trimmed.join(" ")
}

/// Returns a name in Latin letters, in which spellings such as `Kyivskyi` and `Kyivskij` are one. A name in Chinese or another
/// script whose words sound alike gives an empty text.
fn transliterate_name(name: &str) -> String {
    if name.contains(is_word_by_itself) {
        return String::new();
    }
    transliterate(name).replace(['y', 'j'], "i")
}

/// Returns the text with one letter in place of several equal ones in a row.
fn merge_doubled(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

impl NameSpelling {
    fn new(name: &str, is_rough: bool) -> Self {
        let skeleton = skeleton(name);
        let words = skeleton.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        Self {
            words: words.map(str::to_owned).collect(),
            is_rough,
        }
    }
}

fn imitates_person(name: &NameSpelling, own: &NameSpelling) -> bool {
    let has_several_words = own.words.len() > 1;
    (has_several_words || !own.is_rough) && is_imitation(&name.words, &own.words, has_several_words)
}

/// Returns whether the words of a name are or contain the words of somebody else's. `is_distinctive` says that the other name
/// is no accident in a longer word.
fn is_imitation(name: &[String], own: &[String], is_distinctive: bool) -> bool {
    let (joined, own_joined) = (name.concat(), own.concat());
    if own_joined.is_empty() {
        return false;
    }
    // However the words are spaced: `OlenaEditor`, `O.l.e.n.a`.
    let is_addition = |rest: &str| match is_distinctive {
        true => consists_of_additions(rest),
        false => rest.is_empty() || ROLE_WORDS.contains(rest),
    };
    let is_with_additions = joined
        .match_indices(&own_joined)
        .any(|(at, _)| is_addition(&joined[..at]) && is_addition(&joined[at + own_joined.len()..]));
    if is_with_additions {
        return true;
    }
    let Some(extra) = remove_words(name, own) else {
        return false;
    };
    // In any order. Two words in common are no accident; one is a first name that many people have.
    own.len() > 1 || extra.iter().all(|word| is_role_or_filler(word))
}

/// Returns whether a name has the publication's words and, beside them, only words of a colleague's name.
fn names_colleague(name: &[String], publication: &[String], staff: &[Vec<NameSpelling>]) -> bool {
    let Some(extra) = remove_words(name, publication).filter(|_| !publication.is_empty()) else {
        return false;
    };
    staff.iter().flatten().any(|own| {
        extra
            .iter()
            .all(|word| own.words.contains(word) || is_role_or_filler(word))
    })
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
            "Olena Editor1",
            "olenaeditor2024",
            "OlenaEditorOfficial",
            "TheRealOlenaEditor",
            "⒪⒧⒠⒩⒜ ⒠⒟⒤⒯⒪⒭",
            "Olena Ed!tor",
            "Olena Edi+or",
            "Olena €ditor",
            "Олена Эдитор",
            "Олена Едитор",
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
            "Josip Vovk",
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
            "Kyiv Courier 2",
            "KyivCourierTeam",
            "Kyiv Courier Editorial Board",
            "Kyiv Courier Help Desk",
            "Olena, Kyiv Courier",
            "Admins",
            "ModTeam",
            "EditorInChief",
            "Editor 2",
            "Head of moderation",
            "Site Admin",
            "Адмін сайту",
            "Petro (admin)",
            "Olena, редактор",
            "Петро, модератор",
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
            "Ann2",
            "Annis",
            "Annof",
            "Olena Ed",
            "Mod Jones 2",
            "Newson",
            "Theodora Helpern",
            "北京日报",
            "An Thereal",
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
