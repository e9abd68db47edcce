//! Shortens texts for lists, feeds and subject lines.

use unicode_normalization::char::is_combining_mark;

use super::input::is_plain_space;

/// Shortens plain text to one line of no more than `chars` characters. A shortened text ends after a word, with "…".
pub fn excerpt(text: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    // Byte length up to which the line can end with "…" and still fit.
    let mut last_word = 0;
    for word in split_words(text) {
        let gap = usize::from(!line.is_empty());
        let room = chars.saturating_sub(length + gap);
        let letters = word.chars().take(room + 1).count();
        if letters > room {
            return truncate(&line, word, last_word, chars);
        }
        if gap == 1 {
            line.push(' ');
        }
        line.push_str(word);
        length += gap + letters;
        if length < chars {
            last_word = line.len();
        }
    }
    line
}

/// Splits a text at white space, but not at no-break spaces.
pub fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_plain_space).filter(|word| !word.is_empty())
}

/// Shortens `line` to its last whole word and appends "…". If less than half of the line would remain, cuts inside `word`
/// instead.
fn truncate(line: &str, word: &str, last_word: usize, chars: usize) -> String {
    let Some(most) = chars.checked_sub(1) else {
        return String::new();
    };
    let mut kept = line[..last_word].to_owned();
    // A language without spaces, or a URL: cutting at a word would lose most of the line.
    if kept.chars().count() * 2 < chars {
        let gap = if line.is_empty() { "" } else { " " };
        kept = take_chars(&format!("{line}{gap}{word}"), most).to_owned();
    }
    let end = kept.trim_end_matches(|c: char| c.is_whitespace() || is_trimmed(c));
    format!("{end}…")
}

/// Returns the beginning of the text with at most `most` characters. Does not cut between characters that show as one.
fn take_chars(text: &str, most: usize) -> &str {
    let mut end = 0;
    let mut last = None;
    for (count, (position, c)) in text.char_indices().enumerate() {
        if !last.is_some_and(|last| joins(last, c)) {
            end = position;
        }
        if count == most {
            return &text[..end];
        }
        last = Some(c);
    }
    text
}

/// Returns whether two characters show as one: a letter with a mark, or the parts of an emoji or of a Hangul syllable.
pub fn joins(first: char, second: char) -> bool {
    let is_flag_letter = |c| matches!(c, '\u{1F1E6}'..='\u{1F1FF}');
    is_combining_mark(second)
        || first == '\u{200D}'
        || matches!(second, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
        || matches!(second, '\u{1160}'..='\u{11FF}' | '\u{E0020}'..='\u{E007F}')
        || is_flag_letter(first) && is_flag_letter(second)
}

/// Returns whether a text must not end with this character before a "…".
pub fn is_trimmed(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '.' | '-' | '–' | '—')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_text_is_not_cut() {
        assert_eq!(excerpt(" a\n\n b\t", 3), "a b");
        assert_eq!(excerpt("", 10), "");
    }

    #[test]
    fn no_break_spaces_are_kept() {
        assert_eq!(excerpt("5\u{a0}000  ₴", 20), "5\u{a0}000 ₴");
        assert_eq!(excerpt("ціна 5\u{a0}000 гривень", 12), "ціна 5\u{a0}000…");
    }

    #[test]
    fn a_long_text_is_cut_after_a_word() {
        assert_eq!(
            excerpt("They discussed the current needs", 20),
            "They discussed the…"
        );
        assert_eq!(
            excerpt("They discussed the current needs", 19),
            "They discussed the…"
        );
        assert_eq!(
            excerpt("They discussed the current needs", 18),
            "They discussed…"
        );
        assert_eq!(excerpt("Зустріч, якої не було", 10), "Зустріч…");
    }

    #[test]
    fn a_text_without_spaces_is_cut_between_any_two_characters() {
        assert_eq!(excerpt("北京北京北京", 4), "北京北…");
        assert_eq!(excerpt("I 北京北京北京", 5), "I 北京…");
        assert_eq!(excerpt("word", 1), "…");
        assert_eq!(excerpt("word", 0), "");
    }

    #[test]
    fn a_text_is_not_cut_inside_of_a_character() {
        assert_eq!(excerpt("кав'я\u{301}рняікава", 7), "кав'я\u{301}…");
        assert_eq!(excerpt("кав'я\u{301}рняікава", 6), "кав'…");
        assert_eq!(excerpt("👩\u{200D}🔧👩\u{200D}🔧", 5), "👩\u{200D}🔧…");
        assert_eq!(excerpt("🇺🇦🇺🇦", 3), "…");
    }

    #[test]
    fn no_break_spaces_stay() {
        assert_eq!(
            excerpt("Ціна\u{a0}5\u{202f}000 ₴", 40),
            "Ціна\u{a0}5\u{202f}000 ₴"
        );
        assert_eq!(excerpt("Ціна 5\u{a0}000\u{a0}₴", 8), "Ціна…");
    }

    proptest! {
        #[test]
        fn an_excerpt_is_never_longer_than_its_limit(text in "(?s)[ a-zї,\n]{0,60}|(?s).{0,60}", chars in 0usize..40) {
            let excerpt = excerpt(&text, chars);
            prop_assert!(excerpt.chars().count() <= chars);
            prop_assert!(!excerpt.contains('\n'));
        }
    }
}
