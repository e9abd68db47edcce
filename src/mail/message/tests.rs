//! Tests of rendering messages as text and as HTML.

use proptest::prelude::*;

use super::*;
use crate::text::markdown;
use crate::text::markdown::visible_words::{
    any_comment, split_words, visible_words, without_marks,
};

const COMMENT: &str = "\
5 < 6 & that's
all.

> You wrote a long sentence, which the text of this email divides into two lines.
>
> > And *they* before.

1. First, see [the study](https://example.org/a_very_long_path/which-is-longer/than-a-line/of/the/text/of/an/email).
2. Second:
   - one https://example.org/x
   - two

```
let x = 1;
  let y = \"a long line of code, which stays one line however long it may be\";
```

Yours";

fn link(label: &str, url: &str) -> EmailLink {
    EmailLink {
        label: label.into(),
        url: url.into(),
    }
}

fn letter(comment: &str) -> EmailMessage {
    EmailMessage::new(
        Language::English,
        "Tea & <milk>",
        &[
            EmailBlock::Paragraph("Ann & Bob answered what you wrote under “Tea”. It is a long sentence that goes on for more than a line.".into()),
            EmailBlock::Quote {
                who: "Ann <b>".into(),
                context: "March 14, 2026".into(),
                body: markdown::render_comment(comment),
                link: Some(link("Read it", "https://news.example.org/tea?a=1&b=2#comment-4")),
            },
            EmailBlock::Action(link("Stop these letters", "https://news.example.org/stop")),
            EmailBlock::Footnote("You asked for this.".into()),
        ],
    )
}

#[test]
fn a_message_is_rendered_as_text() {
    insta::assert_snapshot!(letter(COMMENT).text, @r#"
    Ann & Bob answered what you wrote under “Tea”. It is a long sentence
    that goes on for more than a line.

    Ann <b>, March 14, 2026:

    > 5 < 6 & that's
    > all.
    >
    > > You wrote a long sentence, which the text of this email divides into
    > > two lines.
    > >
    > > > And they before.
    >
    > 1. First, see the study
    >    <https://example.org/a_very_long_path/which-is-longer/than-a-line/of/the/text/of/an/email>.
    > 2. Second:
    >    - one https://example.org/x
    >    - two
    >
    >     let x = 1;
    >       let y = "a long line of code, which stays one line however long it may be";
    >
    > Yours

    Read it
    https://news.example.org/tea?a=1&b=2#comment-4

    Stop these letters
    https://news.example.org/stop

    You asked for this.
    "#);
}

#[test]
fn a_message_is_rendered_as_html() {
    insta::assert_snapshot!(letter("5 < 6 & that's\nall.\n\n> Yours").html, @r##"
    <!doctype html>
    <html lang="en" dir="ltr">
    <head>
    <meta charset="utf-8">
    <title>Tea &#38; &#60;milk&#62;</title>
    <style>
    blockquote { margin: 1em 0; padding-inline-start: 1em; border-inline-start: 3px solid #999; }
    pre { white-space: pre-wrap; }
    </style>
    </head>
    <body>
    <div lang="en" dir="ltr">
    <p>Ann &#38; Bob answered what you wrote under “Tea”. It is a long sentence that goes on for more than a line.</p>
    <p><strong dir="auto">Ann &#60;b&#62;</strong>, <span dir="auto">March 14, 2026</span>:</p>
    <blockquote lang="" dir="ltr">
    <p>5 &lt; 6 &amp; that's<br>
    all.</p>
    <blockquote>
    <p>Yours</p>
    </blockquote>

    </blockquote>
    <p><a href="https://news.example.org/tea?a=1&#38;b=2#comment-4">Read it</a></p>
    <p><a href="https://news.example.org/stop"><strong>Stop these letters</strong></a></p>
    <p><small>You asked for this.</small></p>
    </div>
    </body>
    </html>
    "##);
}

#[test]
fn the_unsubscribe_url_must_be_a_web_url_and_cannot_add_headers() {
    for wrong in ["javascript:alert(1)", "mailto:ann@example.org", "/stop", ""] {
        assert_eq!(parse_web_url(wrong), None, "{wrong}");
    }
    let odd = parse_web_url("https://example.org/stop\r\nBcc: x?k=1>,<http://b").expect("a URL");
    assert!(!odd.contains(['\r', '\n', '<', '>', ',', ' ']), "{odd}");
}

#[test]
fn control_characters_are_removed_from_subject_and_text() {
    let piece = EmailBlock::Paragraph("One\u{7}\r\nTwo\u{0}".into());
    let letter = EmailMessage::new(Language::English, "A\r\nBcc: b@example.org\u{0}", &[piece]);
    assert_eq!(letter.subject, "A Bcc: b@example.org");
    assert_eq!(letter.text, "One\nTwo\n");
    assert!(
        letter.html.contains("<p>One<br>\nTwo</p>"),
        "{}",
        letter.html
    );
}

#[test]
fn each_block_of_a_comment_has_its_direction() {
    let html = quote("مرحبا!\n\n> Hello!\n\n- שלום\n- עולם").html;
    assert!(html.contains("<p dir=\"rtl\">مرحبا!</p>"), "{html}");
    assert!(
        html.contains("<blockquote dir=\"ltr\">\n<p>Hello!</p>"),
        "{html}"
    );
    assert!(html.contains("<ul dir=\"rtl\">\n<li>שלום</li>"), "{html}");
}

fn quote(comment: &str) -> EmailMessage {
    let block = EmailBlock::Quote {
        who: "Ann".into(),
        context: "March 14, 2026".into(),
        body: markdown::render_comment(comment),
        link: None,
    };
    EmailMessage::new(Language::English, "A reply", &[block])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_email_has_the_words_of_the_comment_and_those_of_the_template(comment in any_comment()) {
        let email = quote(&comment);
        let body = markdown::render_comment(&comment);
        let mut words = split_words("Ann, March 14, 2026:");
        words.extend(visible_words(body.as_str()));
        prop_assert_eq!(visible_words(&email.html), words.clone());
        // Long lines of Chinese end between any two letters, and a mark that was typed may stand alone at the end of a line.
        let letters = |words| without_marks(words).concat().replace(['*', '-', '>'], "");
        prop_assert_eq!(letters(split_words(&email.text)), letters(words), "{}", email.text);
        for line in email.text.lines().skip(2) {
            prop_assert!(line.starts_with('>'), "{}", email.text);
        }
    }
}
