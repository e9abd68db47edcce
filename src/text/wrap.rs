//! Wraps plain text for emails.

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Breaks a line of text into lines of at most `columns` characters, where wide characters count twice. The first line
/// begins with `first`, the others with `rest`. A URL is never broken, and neither is a word that is longer than a line.
pub fn wrap_line(line: &str, columns: usize, first: &str, rest: &str) -> String {
    let options = Options::new(columns)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .word_separator(WordSeparator::Custom(find_words));
    textwrap::fill(line, &options)
}

/// Splits a line at spaces, and words of scripts without spaces where Unicode allows a line to end (UAX #14).
fn find_words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let words = WordSeparator::AsciiSpace.find_words(line);
    Box::new(words.flat_map(|word| {
        // Unicode allows a break after each slash, but a broken URL leads nowhere.
        let is_whole =
            word.word.is_ascii() || word.word.contains("://") || word.word.starts_with("www.");
        if is_whole {
            return vec![word];
        }
        let parts = WordSeparator::UnicodeBreakProperties.find_words(word.word);
        let mut parts: Vec<Word<'_>> = parts.collect();
        if let Some(last) = parts.last_mut() {
            last.whitespace = word.whitespace;
        }
        parts
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_between_words_and_urls_stay_whole() {
        let url = format!("https://example.org/{}", "а-b/".repeat(40));
        let text = wrap_line(
            &format!("{} {url} end", "слово ".repeat(40)),
            72,
            "- ",
            "  ",
        );
        assert!(text.starts_with("- слово"), "{text}");
        assert!(text.contains(&format!("\n  {url}\n  end")), "{text}");
        let long = text.lines().filter(|line| line.chars().count() > 72);
        assert_eq!(long.count(), 1, "{text}");
    }

    #[test]
    fn a_text_without_spaces_is_wrapped_too() {
        let text = wrap_line(&"北京是中国的首都。".repeat(20), 72, "", "");
        assert!(text.lines().count() > 4, "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 36, "{line}");
            assert!(!line.starts_with('。'), "{line}");
        }
        assert_eq!(text.replace('\n', ""), "北京是中国的首都。".repeat(20));
    }

    #[test]
    fn lines_do_not_end_at_no_break_spaces() {
        let text = wrap_line(&"Ціна 5\u{a0}000\u{202f}₴ ".repeat(20), 30, "", "");
        assert!(
            text.lines()
                .all(|line| line.ends_with('₴') || line.ends_with("Ціна")),
            "{text}"
        );
    }
}
