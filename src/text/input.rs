//! What people type into fields, cleaned the same way everywhere. Nothing here knows a form or refuses anything.

/// What was typed into a one-line field: trimmed, every run of white space one space, and no marks that would turn or
/// hide the words beside it. Any script and any emoji stays as it is.
pub fn single_line(typed: &str) -> String {
    let visible: String = typed
        .chars()
        .filter(|&c| !is_bidi_or_zero_width(c))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was typed into a field of many lines: lines end in `\n`, and neither the start nor the end is blank.
/// The first line keeps its indentation, which means something in Markdown.
pub fn multi_line(typed: &str) -> String {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_end();
    let leading_blank = text.len() - text.trim_start().len();
    let first_line = text[..leading_blank].rfind('\n').map_or(0, |end| end + 1);
    text[first_line..].to_owned()
}

/// Whether an email address stands in it: one typed into the wrong field would be shown to everyone.
pub fn contains_email(typed: &str) -> bool {
    typed.split_whitespace().any(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            let domain = domain.trim_matches(|c: char| !c.is_alphanumeric());
            local.contains(char::is_alphanumeric) && domain.contains('.')
        })
    })
}

/// Whether nothing of it can be seen.
pub fn is_blank(typed: &str) -> bool {
    typed
        .chars()
        .all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Whether it holds what no keyboard writes: control characters, U+FFFD, which stands for bytes that were not UTF-8, or
/// what Unicode says is no character (its chapter 23.7), of which XML, and so a feed, cannot hold two.
pub fn has_invalid_chars(typed: &str) -> bool {
    typed.chars().any(is_invalid_char)
}

/// The same without what [`has_invalid_chars`] finds; Postgres in particular keeps no NUL.
pub fn strip_invalid_chars(typed: &str) -> String {
    typed.chars().filter(|&c| !is_invalid_char(c)).collect()
}

fn is_invalid_char(c: char) -> bool {
    let is_no_character = u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}');
    let is_control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    c == '\u{FFFD}' || is_no_character || is_control
}

/// Marks that turn the direction of what follows, and widthless ones that make two equal-looking names differ.
/// The joiners U+200C and U+200D stay: Persian and family emoji are spelled with them.
fn is_bidi_or_zero_width(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn is_invisible(c: char) -> bool {
    is_bidi_or_zero_width(c)
        || matches!(c,
            // The soft hyphen, joiners and fillers, the Braille blank, variation selectors, tags.
            '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200C}' | '\u{200D}'
            | '\u{2061}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFA0}' | '\u{E0000}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_trimmed_and_its_gaps_are_one_space() {
        assert_eq!(
            single_line("  Ann \t of\r\n the\u{a0} Hill\n"),
            "Ann of the Hill"
        );
    }

    #[test]
    fn a_line_loses_marks_that_turn_or_hide() {
        assert_eq!(
            single_line("\u{202E}nnA\u{202C} \u{200B}Lee\u{FEFF}\u{2069}"),
            "nnA Lee"
        );
        assert_eq!(single_line("a \u{200B} b"), "a b");
    }

    #[test]
    fn a_line_keeps_emoji_and_any_script() {
        for name in ["👩‍👩‍👧 Оля", "می‌خواهم", "李小龙", "Ĝoĉjo", "👍🏽"]
        {
            assert_eq!(single_line(name), name);
        }
    }

    #[test]
    fn lines_end_the_same_way_whatever_typed_them() {
        assert_eq!(multi_line("a\r\nb\rc\n\n \n"), "a\nb\nc");
    }

    #[test]
    fn leading_blank_lines_go_and_the_indentation_of_the_first_stays() {
        assert_eq!(multi_line("\n  \n    code\nb"), "    code\nb");
        assert_eq!(multi_line("  a"), "  a");
        assert_eq!(multi_line(" \n \n"), "");
    }

    #[test]
    fn what_cannot_be_seen_is_blank() {
        for blank in [
            "",
            " \n",
            "\u{200B}\u{2060}",
            "\u{3164}",
            "\u{2800} \u{200D}",
            "\0",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in ["a", "😀", "\u{301}", "."] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }

    #[test]
    fn bytes_that_were_not_text_are_noticed() {
        for unreadable in [
            "a\0",
            "\u{1b}[31m",
            "\u{7f}",
            "\u{85}",
            "\u{FFFF}",
            "\u{1FFFE}",
            "\u{FDD0}",
            &String::from_utf8_lossy(b"caf\xe9"),
        ] {
            assert!(has_invalid_chars(unreadable), "{unreadable:?}");
            assert!(!has_invalid_chars(&strip_invalid_chars(unreadable)));
        }
        assert!(!has_invalid_chars("tab\t line\r\n"));
    }

    #[test]
    fn an_address_is_noticed_and_a_handle_is_none() {
        for address in [
            "ann@example.org",
            "Ann <ann@example.org>",
            "пошта@приклад.укр",
            "mailto:a@b.c.",
        ] {
            assert!(contains_email(address), "{address}");
        }
        for name in [
            "Ann",
            "@ann",
            "Ann @ Home",
            "ann@home",
            "@ann.example",
            "a@b.",
        ] {
            assert!(!contains_email(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(typed in "\\PC*|(?s).{0,40}") {
            prop_assert_eq!(single_line(&single_line(&typed)), single_line(&typed));
            prop_assert_eq!(multi_line(&multi_line(&typed)), multi_line(&typed));
        }
    }
}
