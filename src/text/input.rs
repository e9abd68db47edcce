//! Cleans and checks the values of form fields. These functions are independent of any particular form.

/// Cleans the value of a single-line field: trims it, turns each run of white space into one space, and removes
/// bidirectional controls and zero-width characters. All scripts and emoji stay.
pub fn single_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|&c| !is_bidi_or_zero_width(c))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cleans the value of a single-line field that an editor fills in, such as a title: trims it, and turns each run of
/// ordinary white space into one space. Typography stays as it was typed: no-break and thin spaces, direction marks, and
/// places where a line may or must not break.
pub fn text_line(text: &str) -> String {
    // A byte order mark comes from files, and shows nothing. Overrides write words backwards, which typography never needs.
    let text = text.replace(['\u{FEFF}', '\u{202D}', '\u{202E}'], "");
    let words = text.split(is_plain_space).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Returns whether the character is white space that typesetting may replace by one space: an ordinary space, a tab or a
/// line break. No-break spaces and spaces of a certain width are not.
pub fn is_plain_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Cleans a name that other people see, as [`single_line`] does, and removes all characters that change nothing about how
/// it looks.
pub fn name(text: &str) -> String {
    single_line(&strip_needless_invisible(text))
}

/// Cleans an email address or URL: trims it, and removes invisible characters such as those that programs put around an
/// address that is copied.
pub fn address(text: &str) -> String {
    strip_needless_invisible(text).trim().to_owned()
}

/// Removes invisible characters that no writing system or emoji needs where they are. Joiners stay between characters
/// outside ASCII, which Persian words and family emoji are spelled with, and variation selectors and tags after such a
/// character or where they make a keycap of a digit.
fn strip_needless_invisible(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    // Whether the last kept character can take a joiner or a selector.
    let mut is_base = false;
    while let Some(c) = rest.next() {
        let joins_next = || {
            rest.clone()
                .find(|c| !is_selector(*c))
                .is_some_and(is_joinable)
        };
        let is_kept = match c {
            _ if !is_invisible(c) => true,
            '\u{200C}' | '\u{200D}' => is_base && joins_next(),
            '\u{FE0E}' | '\u{FE0F}' if rest.peek() == Some(&'\u{20E3}') => true,
            c => is_selector(c) && is_base,
        };
        if is_kept {
            kept.push(c);
            // A joiner takes no other; a selector or tag belongs to the character before it.
            is_base = is_joinable(c) || (is_base && is_selector(c));
        }
    }
    kept
}

/// Returns whether a joiner next to the character can change how it looks.
fn is_joinable(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !is_invisible(c)
}

/// Returns whether the character is a variation selector or a tag, as in flags.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Returns the ASCII character of a full-width form, as Japanese and Chinese keyboards type it.
pub fn narrow_full_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{FE6B}' => '@',
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Cleans the value of a multi-line field. Ends each line with `\n`, and removes blank lines at the start and white space
/// at the end. The first line keeps its indentation, which has a meaning in Markdown.
pub fn multi_line(text: &str) -> String {
    // Browsers send CRLF in form fields, whatever was typed (HTML standard, form submission).
    let text = text.replace("\r\n", "\n");
    // Word processors end lines within a paragraph with a vertical tab.
    let text = text.replace(
        ['\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}'],
        "\n",
    );
    let text = text.trim_end();
    let leading_blank = text.len() - text.trim_start().len();
    // The first line keeps its indentation, which has a meaning in Markdown.
    let first_line = text[..leading_blank].rfind('\n').map_or(0, |end| end + 1);
    text[first_line..].to_owned()
}

/// Returns whether the text contains an email address. Fields that other people can see use this to reject an email
/// address entered by mistake.
pub fn contains_email(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        word.split_once('@').is_some_and(|(local, domain)| {
            // An email may end a sentence or stand in brackets.
            let domain = domain.trim_matches(|c: char| !c.is_alphanumeric());
            local.contains(char::is_alphanumeric) && domain.contains('.')
        })
    })
}

/// Returns whether the text has no visible character.
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Returns whether the text contains control characters, U+FFFD or Unicode noncharacters (The Unicode Standard, chapter
/// 23.7). Some of these are not allowed in XML, and therefore not in a feed.
pub fn has_invalid_chars(text: &str) -> bool {
    text.chars().any(is_invalid_char)
}

/// Removes the characters that [`has_invalid_chars`] reports.
pub fn strip_invalid_chars(text: &str) -> String {
    // Postgres rejects NUL in text, XML the rest.
    text.chars().filter(|&c| !is_invalid_char(c)).collect()
}

fn is_invalid_char(c: char) -> bool {
    // U+FFFD stands for bytes that were not UTF-8.
    let is_noncharacter = u32::from(c) & 0xFFFE == 0xFFFE || matches!(c, '\u{FDD0}'..='\u{FDEF}');
    let is_control = c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    c == '\u{FFFD}' || is_noncharacter || is_control
}

/// Returns whether the character changes the direction of text or has no width. Such a character can make two different
/// names look the same.
fn is_bidi_or_zero_width(c: char) -> bool {
    // The joiners U+200C and U+200D are not listed: Persian words and family emoji are spelled with them.
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Returns whether the character shows nothing and has no width of its own.
pub fn is_invisible(c: char) -> bool {
    is_bidi_or_zero_width(c)
        || matches!(c,
            // Soft hyphen, joiners, fillers, Braille blank, annotation marks, variation selectors, tags.
            '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200C}' | '\u{200D}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{2061}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFA0}' | '\u{E0000}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_single_line_value_is_trimmed_and_its_white_space_collapsed() {
        assert_eq!(
            single_line("  Ann \t of\r\n the\u{a0} Hill\n"),
            "Ann of the Hill"
        );
    }

    #[test]
    fn bidi_controls_and_zero_width_characters_are_removed_from_a_single_line_value() {
        assert_eq!(
            single_line("\u{202E}nnA\u{202C} \u{200B}Lee\u{FEFF}\u{2069}"),
            "nnA Lee"
        );
        assert_eq!(single_line("a \u{200B} b"), "a b");
    }

    #[test]
    fn a_single_line_value_keeps_emoji_and_all_scripts() {
        for name in ["👩‍👩‍👧 Оля", "می‌خواهم", "李小龙", "Ĝoĉjo", "👍🏽"]
        {
            assert_eq!(single_line(name), name);
        }
    }

    #[test]
    fn a_line_of_text_keeps_its_typography() {
        for kept in [
            "Ціна 5\u{a0}000\u{a0}₴ —\u{a0}за що?",
            "« Deux\u{202f}mots\u{202f}: oui\u{202f}»",
            "10\u{2009}%",
            "1\u{2007}000",
            "\u{200F}C++\u{200E} עברית",
            "\u{2067}שלום\u{2069} and peace",
            "می\u{200c}خواهم",
            "super\u{ad}long",
            "no\u{2060}break",
            "ไทย\u{200b}ไทย",
            "👩‍👩‍👧",
            "a\u{a0} b",
        ] {
            assert_eq!(text_line(kept), kept);
        }
        for (typed, cleaned) in [
            ("  a \t b\r\nc  ", "a b c"),
            ("\u{feff}Title", "Title"),
            ("\u{202e}eltiT", "eltiT"),
            ("a\u{2028}b", "a b"),
            ("\u{a0} a \u{a0}", "a"),
            (" \u{a0} ", ""),
        ] {
            assert_eq!(text_line(typed), cleaned);
        }
    }

    #[test]
    fn invisible_characters_are_removed_from_names_and_addresses_unless_a_script_needs_them() {
        for mark in INVISIBLE_MARKS {
            for text in [
                "{}ann@example.org",
                "ann@example.org{}",
                "a{}nn@exam{}ple.org",
                " {} ann@example.org {}",
            ] {
                let text = text.replace("{}", &mark.to_string());
                assert_eq!(address(&text), "ann@example.org", "{mark:?}");
                assert_eq!(name(&text), "ann@example.org", "{mark:?}");
            }
        }
        for kept in [
            "👩‍👩‍👧 Оля",
            "می‌خواهم",
            "❤️ Ann",
            "1️⃣",
            "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "葛\u{E0100}城",
        ] {
            assert_eq!(name(kept), kept);
            assert_eq!(address(kept), kept);
        }
        assert_eq!(name("А\u{200D} Б\u{200C}"), "А Б");
        assert_eq!(name("A\u{FE0F}n\u{E0041}n"), "Ann");
        assert_eq!(name("  Ann\u{A0}\u{200B}\n Lee "), "Ann Lee");
    }

    /// Characters that programs put around or into what is copied from them.
    const INVISIBLE_MARKS: [char; 19] = [
        '\u{AD}',
        '\u{34F}',
        '\u{61C}',
        '\u{180E}',
        '\u{200B}',
        '\u{200C}',
        '\u{200D}',
        '\u{200E}',
        '\u{200F}',
        '\u{202A}',
        '\u{202C}',
        '\u{202E}',
        '\u{2060}',
        '\u{2063}',
        '\u{2066}',
        '\u{2069}',
        '\u{FE0F}',
        '\u{FEFF}',
        '\u{E0001}',
    ];

    #[test]
    fn line_ends_of_a_multi_line_value_are_normalized() {
        assert_eq!(multi_line("a\r\nb\rc\n\n \n"), "a\nb\nc");
    }

    #[test]
    fn leading_blank_lines_are_removed_and_indentation_stays() {
        assert_eq!(multi_line("\n  \n    code\nb"), "    code\nb");
        assert_eq!(multi_line("  a"), "  a");
        assert_eq!(multi_line(" \n \n"), "");
    }

    #[test]
    fn invisible_text_is_blank() {
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
    fn invalid_characters_are_found_and_stripped() {
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
    fn an_email_is_found_in_text_and_a_handle_is_not_taken_for_one() {
        for email in [
            "ann@example.org",
            "Ann <ann@example.org>",
            "пошта@приклад.укр",
            "mailto:a@b.c.",
        ] {
            assert!(contains_email(email), "{email}");
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
        fn cleaning_twice_changes_nothing(text in "\\PC*|(?s).{0,40}") {
            prop_assert_eq!(single_line(&single_line(&text)), single_line(&text));
            prop_assert_eq!(text_line(&text_line(&text)), text_line(&text));
            prop_assert_eq!(multi_line(&multi_line(&text)), multi_line(&text));
            prop_assert_eq!(name(&name(&text)), name(&text));
            prop_assert_eq!(address(&address(&text)), address(&text));
        }
    }
}
