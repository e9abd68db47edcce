//! The words in HTML that the sanitiser wrote.

use crate::text::tags::{Piece, Tag, pieces};

/// The words alone, a block a line; a picture says what its `alt` says.
pub(in super::super) fn words(safe_html: &str) -> String {
    let mut words = String::with_capacity(safe_html.len());
    let mut in_code = 0_usize;
    for piece in pieces(safe_html) {
        match piece {
            Piece::Words(text) if in_code > 0 => words.push_str(&read(text)),
            Piece::Words(text) => words.push_str(&read(&text.replace('\n', " "))),
            Piece::Tag(tag) => {
                if tag.is("pre") {
                    in_code = if tag.closes {
                        in_code.saturating_sub(1)
                    } else {
                        in_code + 1
                    };
                }
                push_tag(&mut words, tag);
            }
            Piece::Verbatim(..) | Piece::Comment(_) => {}
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

fn push_tag(words: &mut String, tag: Tag<'_>) {
    match tag.name {
        "img" => {
            if let Some(alt) = tag.attribute("alt") {
                words.push_str(&read(&alt.replace('\n', " ")));
            }
        }
        "br" | "td" | "th" | "audio" | "video" => words.push(' '),
        "a" | "abbr" | "b" | "cite" | "code" | "del" | "em" | "i" | "ins" | "kbd" | "mark"
        | "q" | "s" | "samp" | "small" | "strong" | "sub" | "sup" | "time" | "u" | "var" => {}
        _ => words.push('\n'),
    }
}

/// The text without entities; the sanitiser writes these five and no other.
fn read(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}
