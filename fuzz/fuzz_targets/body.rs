//! For any WordPress text the conversion to HTML terminates, does not panic, and lets no script through.

#![no_main]

use broadsheet::text::markdown;
use broadsheet::text::tokenizer::{HtmlToken, tokenize};
use broadsheet::transfer::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let article = body::convert_article(text, &[]);
    let comment = body::convert_comment(text);
    for html in [
        markdown::sanitize_article(&article.html, &|_| None),
        markdown::sanitize_comment(&comment, &|_| None),
    ] {
        for token in tokenize(html.as_str()) {
            assert_harmless(token);
        }
        markdown::html_to_text(html.as_str());
    }
});

fn assert_harmless(token: HtmlToken<'_>) {
    let tag = match token {
        HtmlToken::Text(_) => return,
        HtmlToken::Tag(tag) => tag,
        HtmlToken::RawElement(..) | HtmlToken::Comment(_) => panic!("{token:?}"),
    };
    for runs in [
        "script", "iframe", "style", "object", "embed", "form", "input", "svg", "math",
    ] {
        assert!(!tag.is_named(runs), "{}", tag.source);
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
