//! Stems of Arabic words, by which search finds one form of a word for another.
//!
//! The light stemmer "light10" of Larkey, Ballesteros and Connell, *Light Stemming for Arabic Information Retrieval*
//! (2007): it cuts off articles, prepositions and the endings of number and gender, but finds no roots. The Snowball
//! algorithm for Arabic cuts off too much of some forms and not of others, so that كبيرة and الكبيرة get different stems.

/// Beginnings that are cut off: the article, alone and with the particles before it.
const PREFIXES: [&str; 6] = ["وال", "بال", "كال", "فال", "ال", "لل"];
/// The particle "and", which is written together with the next word. Many words begin with this letter.
const AND: char = 'و';
/// Endings that are cut off, in this order. Ta marbuta is folded to `ه`.
const SUFFIXES: [&str; 8] = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"];
/// Smallest number of letters that must remain. Shorter stems are shared by words that have nothing in common.
const MIN_STEM_CHARS: usize = 3;

/// Returns the stems of a folded word: one, or two if it may begin with "and".
pub(super) fn stem(word: &str) -> Vec<String> {
    let mut stems = vec![cut_suffixes(cut_prefix(word)).to_owned()];
    if let Some(rest) = word.strip_prefix(AND).filter(|rest| is_stem(rest)) {
        let base = cut_prefix(rest);
        // With an article it cannot be a letter of the word. Otherwise only the one or the other is cut off, or وزارة would
        // be found by زار.
        let other = if base == rest {
            rest
        } else {
            cut_suffixes(base)
        };
        stems.push(other.to_owned());
    }
    stems
}

fn cut_prefix(word: &str) -> &str {
    let mut rests = PREFIXES
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix));
    rests.find(|rest| is_stem(rest)).unwrap_or(word)
}

fn cut_suffixes(mut word: &str) -> &str {
    for suffix in SUFFIXES {
        if let Some(rest) = word.strip_suffix(suffix)
            && is_stem(rest)
        {
            word = rest;
        }
    }
    word
}

fn is_stem(rest: &str) -> bool {
    rest.chars().nth(MIN_STEM_CHARS - 1).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::folding::fold_word;
    use super::*;

    fn share_a_stem(one: &str, other: &str) -> bool {
        let others = stem(&fold_word(other));
        stem(&fold_word(one))
            .iter()
            .any(|stem| others.contains(stem))
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        for forms in [
            &["كبير", "كبيرة", "الكبيرة", "الكبير", "كبيرات", "كبيرين"][..],
            &["سيارة", "سيارات", "السيارة", "والسيارات", "بالسيارة"],
            &["مدرسة", "المدرسة", "مدرسه", "للمدرسة", "وللمدرسة"],
            &["حكومة", "وبالحكومة"],
            &["سلام", "السلام", "وللسلام"],
            &["أمريكا", "امريكا", "وأمريكا"],
            &["معلم", "معلمون", "المعلمين", "معلمان", "معلمة"],
            &["مدينة", "المدينة", "وَالْمَدِينَة"],
            &["وزير", "الوزير", "والوزير", "وزيرة"],
        ] {
            for form in forms {
                assert!(share_a_stem(form, forms[0]), "{form} {:?}", stem(form));
            }
        }
    }

    #[test]
    fn other_words_share_no_stem() {
        for (one, other) in [
            ("كبير", "كثير"),
            ("مدرسة", "مدينة"),
            ("سيارة", "سائق"),
            ("ولد", "بلد"),
            ("الله", "اللغة"),
            ("ولاية", "لا"),
            ("وزارة", "زار"),
            ("وردة", "رد"),
            ("الآن", "أن"),
            ("إنها", "إن"),
            ("الله", "له"),
        ] {
            assert!(!share_a_stem(one, other), "{one} {other}");
        }
    }

    #[test]
    fn short_words_stay_whole() {
        for word in ["ال", "و", "ه", "في", "من", "ان"] {
            assert_eq!(stem(word), [word], "{word}");
        }
    }
}
