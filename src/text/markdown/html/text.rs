//! The words in HTML that the sanitiser wrote.

use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

/// The words alone, a block a line; a picture says what its `alt` says.
pub(in super::super) fn html_to_text(safe_html: &str) -> String {
    let mut words = String::with_capacity(safe_html.len());
    let mut in_code = 0_usize;
    for piece in tokenize(safe_html) {
        match piece {
            HtmlToken::Text(text) if in_code > 0 => words.push_str(&decode_entities(text)),
            HtmlToken::Text(text) => words.push_str(&decode_entities(&text.replace('\n', " "))),
            HtmlToken::Tag(tag) => {
                if tag.is_named("pre") {
                    in_code = if tag.is_end {
                        in_code.saturating_sub(1)
                    } else {
                        in_code + 1
                    };
                }
                push_separator(&mut words, tag);
            }
            HtmlToken::RawElement(..) | HtmlToken::Comment(_) => {}
        }
    }
    let lines: Vec<_> = words
        .lines()
        .map(|line| {
            line.split([' ', '\t'])
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn push_separator(words: &mut String, tag: HtmlTag<'_>) {
    match tag.name {
        "img" => {
            if let Some(alt) = tag.find_attribute("alt") {
                words.push_str(&decode_entities(&alt.replace('\n', " ")));
            }
        }
        "br" | "td" | "th" | "audio" | "video" => words.push(' '),
        "a" | "abbr" | "b" | "cite" | "code" | "del" | "em" | "i" | "ins" | "kbd" | "mark"
        | "q" | "s" | "samp" | "small" | "strong" | "sub" | "sup" | "time" | "u" | "var" => {}
        _ => words.push('\n'),
    }
}

/// The text without entities; the sanitiser writes these five and no other.
fn decode_entities(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}
