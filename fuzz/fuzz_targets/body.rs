//! For any WordPress text the conversion to HTML terminates, does not panic, and lets no script through.

#![no_main]

use broadsheet::text::markdown;
use broadsheet::text::tags::{Piece, pieces};
use broadsheet::transfer::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let article = body::convert_article(text, &[]);
    let comment = body::convert_comment(text);
    for html in [
        markdown::article_of_html(&article.html),
        markdown::comment_of_html(&comment, &|_| None),
    ] {
        for piece in pieces(html.as_str()) {
            assert_harmless(piece);
        }
        markdown::words_of_html(html.as_str());
    }
});

fn assert_harmless(piece: Piece<'_>) {
    let tag = match piece {
        Piece::Words(_) => return,
        Piece::Tag(tag) => tag,
        Piece::Verbatim(..) | Piece::Comment(_) => panic!("{piece:?}"),
    };
    for runs in [
        "script", "iframe", "style", "object", "embed", "form", "input", "svg", "math",
    ] {
        assert!(!tag.is(runs), "{}", tag.source);
    }
    for (name, value) in tag.attributes() {
        let name = name.to_ascii_lowercase();
        assert!(!name.starts_with("on") && name != "style", "{}", tag.source);
        let value = value.to_ascii_lowercase();
        let is_script = ["javascript:", "data:", "vbscript:"]
            .iter()
            .any(|scheme| value.trim_start().starts_with(scheme));
        assert!(
            !is_script || !matches!(name.as_str(), "href" | "src" | "poster"),
            "{}",
            tag.source
        );
    }
}
