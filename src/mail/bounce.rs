//! Parsing of bounce reports that arrive as emails (RFC 3464).

/// Returns the email addresses to which delivery failed permanently according to a bounce report. Returns none for any
/// other message. Anyone could have sent the report, so callers must only look the addresses up.
pub fn failed_recipients(message: &str) -> Vec<String> {
    let unfolded = message
        .replace("\r\n", "\n")
        .replace("\n ", " ")
        .replace("\n\t", " ");
    unfolded
        .split("\n\n")
        .filter_map(parse_failed_recipient)
        .collect()
}

/// Returns the email address in the fields about one recipient (RFC 3464 §2.3), if delivery to it failed permanently.
fn parse_failed_recipient(group: &str) -> Option<String> {
    let field = |name: &str| {
        group.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim())
        })
    };
    let has_failed = field("Action")?.eq_ignore_ascii_case("failed");
    let is_for_good = field("Status").is_none_or(|status| status.starts_with('5'));
    let named = field("Original-Recipient").or_else(|| field("Final-Recipient"))?;
    let (kind, address) = named.split_once(';')?;
    (has_failed && is_for_good && kind.trim().eq_ignore_ascii_case("rfc822"))
        .then(|| address.trim().trim_matches(['<', '>']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "From: MAILER-DAEMON@mx.example.net\r\nSubject: Undelivered Mail\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\nOriginal-Recipient: rfc822;Ann@example.org\r\nFinal-Recipient: rfc822; box17@inner.example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n such person\r\n\r\n--x--\r\n";

    #[test]
    fn a_bounce_report_gives_the_failed_recipient() {
        assert_eq!(failed_recipients(REPORT), ["Ann@example.org"]);
        let unix = REPORT.replace("\r\n", "\n");
        assert_eq!(failed_recipients(&unix), ["Ann@example.org"]);
        let bare = REPORT.replace("Original-Recipient: rfc822;Ann@example.org\r\n", "");
        assert_eq!(failed_recipients(&bare), ["box17@inner.example.org"]);
    }

    #[test]
    fn delay_reports_and_other_emails_give_no_failed_recipient() {
        for (from, to) in [
            ("Action: failed", "Action: delayed"),
            ("Status: 5.1.1", "Status: 4.2.2"),
            ("rfc822;", "x400;"),
        ] {
            let other = REPORT.replace(from, to);
            let named = failed_recipients(&other.replace("rfc822; box17", "x400; box17"));
            assert!(named.is_empty(), "{to}: {named:?}");
        }
        assert!(failed_recipients("Subject: Hello\n\nAction: failed, he said.\n").is_empty());
        assert!(failed_recipients("").is_empty());
    }
}
