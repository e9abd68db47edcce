//! Shortens texts for lists, feeds and subject lines.

use super::input::is_plain_space;

/// Shortens plain text to one line of no more than `chars` characters. A shortened text ends after a word, with "…". For
/// Markdown, call [`super::markdown::to_text`] first.
pub fn excerpt(text: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    // Byte length up to which the line can end with "…" and still fit.
    let mut last_word = 0;
    // No-break spaces stay: they are part of a word here.
    for word in text.split(is_plain_space).filter(|word| !word.is_empty()) {
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
        kept = format!("{line}{gap}{word}").chars().take(most).collect();
    }
    let end = kept.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | ':' | '.' | '-' | '–' | '—' | '\u{200D}')
    });
    format!("{end}…")
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

    proptest! {
        #[test]
        fn an_excerpt_is_never_longer_than_its_limit(text in "(?s)[ a-zї,\n]{0,60}|(?s).{0,60}", chars in 0usize..40) {
            let excerpt = excerpt(&text, chars);
            prop_assert!(excerpt.chars().count() <= chars);
            prop_assert!(!excerpt.contains('\n'));
        }
    }
}
