//! Whatever a WordPress text holds, making HTML of it ends, does not panic, and lets nothing through that runs.

#![no_main]

use broadsheet::text::markdown;
use broadsheet::transfer::body;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let article = body::article(text, &[]);
    assert!(!article.html.contains("<!-- wp:"));
    let comment = body::comment(text);
    for html in [
        markdown::article_of_html(&article.html),
        markdown::comment_of_html(&comment, &|_| None),
    ] {
        let html = html.as_str().to_ascii_lowercase();
        for runs in ["<script", "<iframe", "<style", "<object", "<embed", "href=\"javascript:"] {
            assert!(!html.contains(runs), "{runs} in {html}");
        }
        markdown::words_of_html(&html);
    }
});
