//! Finds URLs in running text, and where each of them ends.

use unicode_normalization::char::is_combining_mark;
use url::Url;

use super::super::urls;
use super::emphasis::is_unspaced;

/// URL that was typed as text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BareUrl<'a> {
    pub typed: &'a str,
    /// The URL with a scheme.
    pub url: String,
}

/// Brackets that may be in a URL if they are in pairs.
const BRACKETS: [(char, char); 12] = [
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('「', '」'),
    ('『', '』'),
    ('（', '）'),
    ('【', '】'),
    ('〈', '〉'),
    ('《', '》'),
    ('〔', '〕'),
    ('［', '］'),
    ('｛', '｝'),
];

/// Returns the URL at the start of the text: `http://`, `https://` or `www.` in any case, with a host that has a dot. Also
/// returns how many bytes were looked at.
///
/// It ends before white space, before a character that closes what the URL does not open, before the punctuation of
/// Chinese and Japanese, and before punctuation at its end.
pub(super) fn find_bare_url(text: &str) -> (usize, Option<BareUrl<'_>>) {
    let has_prefix = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| has_prefix(scheme));
    if scheme.is_none() && !has_prefix("www.") {
        return (0, None);
    }
    let typed = &text[..measure(urls::truncate(text), scheme.map_or(0, str::len))];
    (typed.len(), parse_bare_url(typed, scheme.is_some()))
}

fn parse_bare_url(typed: &str, has_scheme: bool) -> Option<BareUrl<'_>> {
    if !urls::is_short(typed) {
        return None;
    }
    let url = match has_scheme {
        true => typed.to_owned(),
        false => format!("https://{typed}"),
    };
    let parsed = Url::parse(&url).ok()?;
    let host = parsed.host_str()?;
    let dots = host.trim_end_matches('.').matches('.').count();
    // `www.` alone is no host.
    let is_host = dots >= if has_scheme { 1 } else { 2 } || host.starts_with('[');
    (is_host && urls::is_short(&url)).then_some(BareUrl { typed, url })
}

/// Returns the length of the URL at the start of the text. Its host begins at the byte `host`.
fn measure(text: &str, host: usize) -> usize {
    let mut opened = Vec::new();
    let mut end = text.len();
    let mut previous = ' ';
    let mut in_host = true;
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next();
        if let Some((open, _)) = BRACKETS.iter().find(|(open, _)| *open == c) {
            opened.push(*open);
        }
        in_host &= at < host || !matches!(c, '/' | '?' | '#');
        let is_after_host = in_host && at >= host && !is_in_host(c);
        // Chinese and Japanese write on without a space after a host in Latin letters.
        let is_next_word = in_host && previous.is_ascii_alphanumeric() && is_unspaced(c);
        let is_closing_tag = c == '[' && next == Some('/');
        let closed = BRACKETS.iter().find(|(_, close)| *close == c);
        let is_unopened = closed.is_some_and(|(open, _)| opened.pop() != Some(*open));
        if is_unopened
            || is_next_word
            || is_after_host
            || is_closing_tag
            || is_end(c)
            || (c == '’' && !is_apostrophe(previous, next))
        {
            end = at;
            break;
        }
        previous = c;
    }
    trim_punctuation(&text[..end])
}

/// Returns whether the character cannot be in a URL: white space, a quotation mark, or punctuation of Chinese, Japanese or Arabic.
fn is_end(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || "<>\"`|\\«»‹›“”„‟‘‚、。！，．：；？｡､〝〞〟،؛؟".contains(c)
        // Marks that set the direction of text.
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether the character can be in the part of a URL before the path: a letter, a digit, a mark or a separator.
fn is_in_host(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || "-._~%:@[]".contains(c)
}

fn is_apostrophe(previous: char, next: Option<char>) -> bool {
    previous.is_alphabetic() && next.is_some_and(char::is_alphabetic)
}

/// Returns the length without the punctuation at the end. Brackets that the URL opens and closes stay.
fn trim_punctuation(url: &str) -> usize {
    let is_closing = |c: char| BRACKETS.iter().any(|(_, close)| *close == c);
    url.trim_end_matches(|c: char| {
        "?!.,:;*_~'([{".contains(c) || (!c.is_ascii() && !c.is_alphanumeric() && !is_closing(c))
    })
    .len()
}
