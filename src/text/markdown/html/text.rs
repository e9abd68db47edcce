//! Extracts the text from sanitized HTML.

use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

/// Returns the text of the HTML, with a line for each block element. The text of an image is its `alt` attribute.
pub(in super::super) fn html_to_text(safe_html: &str) -> String {
    let mut text = String::with_capacity(safe_html.len());
    let mut in_code = 0_usize;
    for token in tokenize(safe_html) {
        match token {
            // Line ends in preformatted text are significant.
            HtmlToken::Text(source) if in_code > 0 => text.push_str(&decode_entities(source)),
            HtmlToken::Text(source) => text.push_str(&decode_entities(&source.replace('\n', " "))),
            HtmlToken::Tag(tag) => {
                if tag.is_named("pre") {
                    in_code = if tag.is_end {
                        in_code.saturating_sub(1)
                    } else {
                        in_code + 1
                    };
                }
                push_separator(&mut text, tag);
            }
            HtmlToken::RawElement(..) | HtmlToken::Comment(_) => {}
        }
    }
    let lines: Vec<_> = text
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

fn push_separator(text: &mut String, tag: HtmlTag<'_>) {
    match tag.name {
        "img" => {
            if let Some(alt) = tag.find_attribute("alt") {
                text.push_str(&decode_entities(&alt.replace('\n', " ")));
            }
        }
        "br" | "td" | "th" | "audio" | "video" => text.push(' '),
        "a" | "abbr" | "b" | "cite" | "code" | "del" | "em" | "i" | "ins" | "kbd" | "mark"
        | "q" | "s" | "samp" | "small" | "strong" | "sub" | "sup" | "time" | "u" | "var" => {}
        _ => text.push('\n'),
    }
}

/// Decodes the five character references that ammonia writes.
fn decode_entities(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    // `&amp;` last: `&amp;lt;` stands for `&lt;`, not for `<`.
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}
