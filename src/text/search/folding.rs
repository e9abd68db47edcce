//! Folds words so that different spellings of one word become equal: letter case, accents, compatibility forms,
//! apostrophes and invisible characters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::characters::is_invisible;

/// Longest word in characters. Further characters are cut off, both of texts and of queries.
const MAX_WORD_CHARS: usize = 64;

/// Returns the folded word. It consists of letters, digits and combining marks only, and is empty if the word has none.
pub(super) fn fold_word(word: &str) -> String {
    let lower: String = word.nfkd().flat_map(char::to_lowercase).collect();
    let mut bare = String::with_capacity(lower.len());
    let mut base = ' ';
    for c in lower.nfkd() {
        if is_accent(c) {
            // Й and ї are letters of their own; without the mark, many words would become others.
            if matches!((base, c), ('и', '\u{0306}') | ('і', '\u{0308}')) {
                bare.push(c);
            }
        } else {
            base = c;
            bare.push(c);
        }
    }
    let mut folded = String::with_capacity(bare.len());
    for c in bare.nfc() {
        push_folded(c, &mut folded);
    }
    // Marks can have come beside each other, and have an order of their own.
    let folded: String = folded.nfc().collect();
    match folded.char_indices().nth(MAX_WORD_CHARS) {
        Some((end, _)) => folded[..end].to_owned(),
        None => folded,
    }
}

fn push_folded(c: char, folded: &mut String) {
    match c {
        // Also drops apostrophes: some people write none, and the others use a dozen characters for it.
        _ if is_apostrophe(c) || is_invisible(c) => {}
        '\u{0640}' => {}
        'ґ' => folded.push('г'),
        'ς' => folded.push('σ'),
        // Arabic and Persian forms of one letter that are often typed for each other.
        'ٱ' => folded.push('ا'),
        'ى' | 'ی' => folded.push('ي'),
        'ة' => folded.push('ه'),
        'ک' => folded.push('ك'),
        '\u{0660}'..='\u{0669}' | '\u{06F0}'..='\u{06F9}' => {
            let digit = u32::from(c) & 0xF;
            folded.extend(char::from_digit(digit, 10));
        }
        // Letters such as ø, ł and ß have no decomposition.
        '\u{00C0}'..='\u{024F}' => {
            let latin = deunicode::deunicode_char(c).unwrap_or_default();
            folded.extend(
                latin
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .map(|c| c.to_ascii_lowercase()),
            );
        }
        // A compatibility form may contain more: one half becomes 1⁄2.
        _ if c.is_alphanumeric() || is_combining_mark(c) => folded.push(c),
        _ => {}
    }
}

/// Returns whether a combining mark may be omitted when the language is written: accents of Latin, Greek and Cyrillic,
/// and the vowel signs of Hebrew and Arabic. In the scripts of India and Southeast Asia, marks are vowels and stay.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{05BF}'..='\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06ED}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
        && is_combining_mark(c)
}

/// Returns whether a character is typed as an apostrophe.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '\u{00B4}' | '\u{02B9}'
            ..='\u{02BF}'
                | '\u{02C8}'
                | '\u{02CA}'
                | '\u{02CB}'
                | '\u{055A}'
                | '\u{05F3}'
                | '\u{2018}'
                | '\u{2019}'
                | '\u{201B}'
                | '\u{2032}'
                | '\u{2035}'
                | '\u{A78C}'
                | '\u{FF07}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_word_are_folded_alike() {
        for spellings in [
            &[
                "кав’ярня",
                "кав'ярня",
                "КАВʼЯРНЯ",
                "кав`ярня",
                "кав´ярня",
                "кав‘ярня",
                "кав＇ярня",
                "кавярня",
            ][..],
            &["café", "cafe", "CAFÉ", "cafe\u{301}", "ｃａｆé"],
            &["їжак", "Їжак", "і\u{308}жак"],
            &["й", "Й", "и\u{306}"],
            &["за\u{301}мок", "замок"],
            &["ґанок", "ганок"],
            &["Straße", "strasse", "STRASSE"],
            &["Łódź", "lodz"],
            &["smørrebrød", "smorrebrod"],
            &["İstanbul", "istanbul"],
            &["Λόγος", "λογοσ"],
            &["ﬁnance", "finance"],
            &["sof\u{AD}t", "so\u{200B}ft", "soft"],
            &["أَحْمَد", "احمد", "إحمد", "أحمد", "احـمد"],
            &["مدرسة", "مدرسه"],
            &["على", "علي"],
            &["٢٠٢٦", "2026", "۲۰۲۶", "２０２６"],
            &["שָׁלוֹם", "שלום"],
            &["ﾄｳｷｮｳ", "トウキョウ"],
            &["ガ", "カ\u{3099}", "ｶﾞ"],
            &["한국", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}"],
        ] {
            for spelling in spellings {
                assert_eq!(fold_word(spelling), fold_word(spellings[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn different_words_are_not_folded_alike() {
        for (one, other) in [
            ("рій", "рии"),
            ("їх", "іх"),
            ("हिन्दी", "हनद"),
            ("กิน", "กน"),
            ("が", "か"),
        ] {
            assert_ne!(fold_word(one), fold_word(other));
        }
    }

    proptest! {
        #[test]
        fn a_folded_word_stays_as_it_is_and_has_no_other_characters(word in "\\PC{0,20}") {
            let folded = fold_word(&word);
            prop_assert_eq!(fold_word(&folded), folded.clone());
            prop_assert!(folded.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c)));
        }
    }
}
