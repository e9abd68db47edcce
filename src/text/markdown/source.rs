//! Prepares Markdown for the parser. Turns pasted bullets into list items, and limits how many blocks each line can open.

/// Highest number of quotations, list items and footnotes that one line may open.
// Comrak's time grows with their number times the number of lines.
const MAX_LINE_MARKERS: usize = 20;
/// Highest number of columns of white space in a line before its text, including the spaces between its Markdown markers
/// (`>`, `-`, `1.`). Each two columns can keep one more list of the lines above open. Code and verse need far fewer.
const MAX_INDENT_COLUMNS: usize = 200;

/// Turns `•` at the start of a line into a Markdown list item, except in fenced code. Drops Markdown markers and
/// indentation that exceed the limits.
pub(super) fn preprocess(source: &str) -> String {
    let mut output = String::with_capacity(source.len() + 64);
    let mut fence = None;
    for line in source.split_inclusive(['\n', '\r']) {
        let in_code = fence.is_some();
        fence = update_fence(line, fence);
        match strip_bullet(line) {
            Some(item) if !in_code => {
                output.push_str("- ");
                push_limited(&mut output, item);
            }
            _ => push_limited(&mut output, line),
        }
    }
    output
}

/// Returns the text after the bullet `•` at the start of the line. Returns `None` if there is no bullet.
fn strip_bullet(line: &str) -> Option<&str> {
    const SPACES: [char; 3] = [' ', '\t', '\u{a0}'];
    let item = line.trim_start_matches(SPACES).strip_prefix('•')?;
    item.starts_with(SPACES)
        .then(|| item.trim_start_matches(SPACES))
}

/// Returns the code fence that is open after this line, as its character and its length. `open` is the fence that is open
/// before the line.
fn update_fence(line: &str, open: Option<(char, usize)>) -> Option<(char, usize)> {
    let line = line.trim();
    let Some(mark) = line.chars().next().filter(|c| matches!(c, '`' | '~')) else {
        return open;
    };
    let after = line.trim_start_matches(mark);
    let length = line.len() - after.len();
    match open {
        Some((opened, enough)) => {
            let closes = mark == opened && length >= enough && after.is_empty();
            (!closes).then_some((opened, enough))
        }
        None => (length >= 3 && !(mark == '`' && after.contains('`'))).then_some((mark, length)),
    }
}

/// Appends a line to the output. Drops Markdown markers and indentation that exceed the limits.
fn push_limited(output: &mut String, line: &str) {
    // Markers are recognized generously: everything that comrak might treat as one must be counted.
    let (mut markers, mut columns) = (0, 0);
    let mut rest = line;
    loop {
        let length = match rest.as_bytes().first() {
            Some(b' ' | b'\t') => {
                // CommonMark's tab stops are four columns apart (section 2.2).
                columns += if rest.starts_with('\t') { 4 } else { 1 };
                if columns <= MAX_INDENT_COLUMNS {
                    output.push_str(&rest[..1]);
                }
                rest = &rest[1..];
                continue;
            }
            _ => match measure_marker(rest) {
                0 => break,
                length => length,
            },
        };
        markers += 1;
        if markers <= MAX_LINE_MARKERS {
            output.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    output.push_str(rest);
}

/// Returns the length of the Markdown marker at the start of `rest`, such as `>`, `-`, `12.` or `[^a]:`. Returns 0 if
/// there is none.
fn measure_marker(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let ends = |at: usize| matches!(bytes.get(at), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    match bytes.first() {
        Some(b'>') => 1,
        Some(b'-' | b'+' | b'*') if ends(1) => 1,
        Some(b'0'..=b'9') => {
            let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            let delimited = matches!(bytes.get(digits), Some(b'.' | b')'));
            if delimited && ends(digits + 1) {
                digits + 1
            } else {
                0
            }
        }
        // A footnote definition is a container like a quotation.
        Some(b'[') if bytes.get(1) == Some(&b'^') => rest
            .find(']')
            .filter(|&end| bytes.get(end + 1) == Some(&b':'))
            .map_or(0, |end| end + 2),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_bullet_becomes_a_list_item() {
        assert_eq!(
            preprocess("Two:\n\n  • one\n\n\t•\u{a0} two\n•none\na • b"),
            "Two:\n\n- one\n\n- two\n•none\na • b"
        );
    }

    #[test]
    fn a_bullet_in_code_is_unchanged() {
        let code = "```\n  • a\n~~~\n``\n• b\n````\n";
        assert_eq!(preprocess(&format!("{code}• c")), format!("{code}- c"));
        assert_eq!(preprocess("~~~ text\n• a\n"), "~~~ text\n• a\n");
        assert_eq!(preprocess("```not` a fence\n• a"), "```not` a fence\n- a");
    }

    #[test]
    fn the_number_of_markdown_markers_in_a_line_is_limited() {
        assert_eq!(
            preprocess(&format!("{}a", ">".repeat(5000))),
            format!("{}a", ">".repeat(20))
        );
        assert_eq!(
            preprocess(&format!("{}a", "> - 1. [^x]: ".repeat(50)))
                .matches(['>', '-', '.', '^'])
                .count(),
            20
        );
        assert_eq!(preprocess(&" ".repeat(900)).len(), 200);
    }

    #[test]
    fn text_without_markdown_markers_is_unchanged() {
        for text in [
            "1,000 men",
            "-5 °C",
            "**strong**",
            "[^1] says",
            "2024.",
            "a\r\n\r\nb",
            "    code",
        ] {
            assert_eq!(preprocess(text), text);
        }
    }
}
