use super::{InvalidLineKind, WordList};

fn list(text: &str) -> WordList {
    WordList::parse(text).expect("a valid list")
}

/// Returns the matching parts of the text.
fn found(entries: &str, text: &str) -> Vec<String> {
    let matches = list(entries).matches(&[text]).into_iter();
    matches.map(|found| found.found).collect()
}

/// Returns the line numbers and kinds of the errors in a word list.
fn errors(entries: &str) -> Vec<(usize, InvalidLineKind)> {
    let errors = WordList::parse(entries).expect_err("the word list is invalid");
    errors
        .iter()
        .map(|error| (error.line, error.kind))
        .collect()
}

#[test]
fn an_entry_matches_whole_words_unless_it_has_asterisks() {
    // Entry, text, expected match.
    let table = [
        // Whole words.
        ("press", "Stop press!", Some("press")),
        ("press", "WordPress", None),
        ("press", "pressing, press_2", None),
        ("press", "pressing the press", Some("press")),
        ("press", "(press)", Some("press")),
        ("  press \t", "press", Some("press")),
        // Open ends.
        ("*press*", "I use WordPress.", Some("Press")),
        ("*press*", "depression", Some("press")),
        ("press*", "pressing", Some("press")),
        ("press*", "WordPress", None),
        ("*press", "WordPress", Some("Press")),
        ("*press", "depression", None),
        // Literal asterisks.
        ("f***", "f***ing", Some("f**")),
        ("f***", "fine", None),
        ("a*b", "a*b", Some("a*b")),
        ("a*b", "axb", None),
        ("***", "2 * 2", Some("*")),
        // An edge that is no letter needs no boundary.
        ("c++", "c++11", Some("c++")),
        ("c++", "abc++", None),
        ("$$$", "a$$$b", Some("$$$")),
        ("http://spam.example", "xhttp://spam.example/", None),
        // Letter case, in any language.
        ("VIAGRA", "viagra", Some("viagra")),
        ("казино", "Найкраще КАЗИНО!", Some("КАЗИНО")),
        ("ЇЖАК", "їжак", Some("їжак")),
        ("сир", "сирник", None),
        ("сир*", "Сирник", Some("Сир")),
        ("сло", "сло\u{301}во", None),
        // White space.
        (
            "free money",
            "free\n\u{a0} Money",
            Some("free\n\u{a0} Money"),
        ),
        ("free \t money", "free money", Some("free money")),
        ("free money", "freemoney", None),
        ("* money *", "freemoneys", Some("money")),
        // Regular expressions.
        ("/fr[e3]+/", "it is FR3E", Some("FR3E")),
        ("/^buy\\b/", "Buy now", Some("Buy")),
        ("/^buy\\b/", "I buy", None),
        ("/каз[иі]но/", "КАЗІНО", Some("КАЗІНО")),
        ("/(?-i)BUY/", "buy", None),
        ("/", "either/or", Some("/")),
        ("/home", "/home/ann", Some("/home")),
        // No match.
        ("", "anything", None),
        (" \n\t\n", "anything", None),
        ("a", "", None),
    ];
    for (entry, text, expected) in table {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(found(entry, text), expected, "{entry:?} in {text:?}");
    }
}

#[test]
fn invisible_characters_do_not_hide_words() {
    let table = [
        ("viagra", "via\u{200B}gra", "viagra"),
        ("viagra", "v\u{AD}i\u{200D}a\u{2060}gra", "viagra"),
        ("viagra", "\u{FEFF}viagra\u{FE0F}", "viagra"),
        ("viagra", "ｖｉａｇｒａ ＶＩＡＧＲＡ", "ｖｉａｇｒａ"),
        ("/v.agra/", "v\u{200B}1\u{200B}agra", "v1agra"),
        ("п'ять", "п’ять", "п’ять"),
        ("п\u{2BC}ять", "п'ять", "п'ять"),
        // The entry has invisible characters.
        ("via\u{200B}gra", "viagra", "viagra"),
        ("❤\u{FE0F}", "❤", "❤"),
        // An invisible character may separate words, as it does at line breaks in Thai.
        ("viagra", "buy\u{200B}viagra", "viagra"),
        ("می\u{200C}خواهم", "می\u{200C}خواهم", "میخواهم"),
    ];
    for (entry, text, expected) in table {
        assert_eq!(found(entry, text), [expected], "{entry:?} in {text:?}");
    }
}

#[test]
fn words_are_found_however_their_letters_are_encoded_or_imitated() {
    let table = [
        // Decomposed letters, on both sides.
        ("йога", "Моя и\u{306}ога", "и\u{306}ога"),
        ("и\u{306}ога", "йога", "йога"),
        ("*їжак*", "і\u{308}жаки", "і\u{308}жак"),
        ("café", "cafe\u{301}", "cafe\u{301}"),
        (
            "한국",
            "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}",
            "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}",
        ),
        // Stress marks and other stray accents, also stacked ones.
        ("*казино*", "ка\u{301}зино", "ка\u{301}зино"),
        ("ка\u{301}зино", "казино", "казино"),
        ("мо\u{301}ї", "мої", "мої"),
        ("їжак", "ї\u{301}жа\u{301}к", "ї\u{301}жа\u{301}к"),
        (
            "viagra",
            "v\u{336}i\u{336}a\u{336}g\u{336}r\u{336}a\u{336}",
            "v\u{336}i\u{336}a\u{336}g\u{336}r\u{336}a\u{336}",
        ),
        ("casino", "cásinô", "cásinô"),
        ("כתב", "כָּתַב", "כָּתַב"),
        // Letters of another alphabet.
        ("*казино*", "кaзино", "кaзино"),
        ("казино", "КAЗИНO", "КAЗИНO"),
        ("казино", "кáзинo", "кáзинo"),
        ("casino", "сasinо", "сasinо"),
        ("casino", "CАSINО", "CАSINО"),
        ("viagra", "vіαgrа", "vіαgrа"),
        ("casino", "cɑsino", "cɑsino"),
        ("сосі", "coci", "coci"),
        ("cop", "сор", "сор"),
        ("кaзино", "казино", "казино"),
        ("сasino", "casino", "casino"),
        // Compatibility characters.
        ("casino", "𝓬𝓪𝓼𝓲𝓷𝓸", "𝓬𝓪𝓼𝓲𝓷𝓸"),
        ("casino", "ⓒⓐⓢⓘⓝⓞ", "ⓒⓐⓢⓘⓝⓞ"),
        ("office", "o\u{FB03}ce", "o\u{FB03}ce"),
        ("カジノ", "ｶｼﾞﾉ", "ｶｼﾞﾉ"),
        ("п'ять", "п´ять п`ять", "п´ять"),
        // Together.
        (
            "*казино*",
            "к\u{200B}a\u{301}\u{AD}з\u{2060}инo!",
            "кa\u{301}зинo",
        ),
        (
            "free money",
            "frее\u{A0}\u{200B} mоne\u{301}y",
            "frее\u{A0} mоne\u{301}y",
        ),
        // Regular expressions search the folded forms, too.
        ("/каз[иі]но/", "ка\u{301}зінo", "ка\u{301}зінo"),
        ("/\\bи\u{306}ог/", "йога", "йог"),
        ("/йог/", "и\u{306}ога", "и\u{306}ог"),
        ("/c.sino/", "сasіnо", "сasіnо"),
    ];
    for (entry, text, expected) in table {
        assert_eq!(found(entry, text), [expected], "{entry:?} in {text:?}");
    }
}

#[test]
fn words_that_only_resemble_an_entry_do_not_match() {
    let table = [
        // Letters of their own, not letters with an accent.
        ("мій", "мии"),
        ("їх", "іх"),
        ("гей", "геи"),
        // An accent that the entry has is part of the word.
        ("año", "ano"),
        ("résumé", "resume"),
        // Words of one alphabet stay in it unless no letter can be told apart.
        ("com", "сом у річці"),
        ("pot", "повний рот"),
        ("ром", "pom"),
        ("bum", "burn"),
        ("corn", "com"),
        // Vowel signs are no accents.
        ("दल", "दिल"),
        ("กน", "กิน"),
    ];
    for (entry, text) in table {
        assert_eq!(found(entry, text), [""; 0], "{entry:?} in {text:?}");
    }
}

#[test]
fn stripping_invisible_characters_does_not_change_letter_case() {
    let shouting = "/(?-i)[A-Z]{5}/";
    assert_eq!(found(shouting, "be\u{200B} quiet, please"), [""; 0]);
    assert_eq!(found(shouting, "BE\u{200B}HOLD"), ["BEHOL"]);
}

#[test]
fn each_matching_entry_is_returned_once_in_the_order_of_the_list() {
    let list = list("\u{FEFF}/o+/\r\n\r\ntwo\r\none\r\nTWO\r\nthree\r\n");
    let matches = list.matches(&["One two", "two one"]);
    let matches = matches
        .iter()
        .map(|found| (found.line, found.entry.as_str(), found.found.as_str()));
    assert_eq!(
        matches.collect::<Vec<_>>(),
        [(1, "/o+/", "O"), (3, "two", "two"), (4, "one", "One")]
    );
}

#[test]
fn overlapping_phrases_all_match() {
    assert_eq!(
        found("*bc*\n*abcd*\n*c*\nabcd e", "abcd e"),
        ["bc", "abcd", "c", "abcd e"]
    );
}

#[test]
fn matches_are_limited_in_number_and_length() {
    let many: Vec<String> = (0..50).map(|number| format!("w{number}")).collect();
    let matches = list(&many.join("\n")).matches(&[&many.join(" ")]);
    let entries: Vec<_> = matches.into_iter().map(|found| found.entry).collect();
    assert_eq!(entries, many[..20]);
    assert_eq!(found("/є+/", &"є".repeat(101)), ["є".repeat(100)]);
}

#[test]
fn a_word_list_can_be_used_for_many_texts() {
    let entry = list("*press*");
    let texts = ["Stop press", "Nothing", "WordPress"];
    let found = texts.map(|text| !entry.matches(&[text]).is_empty());
    assert_eq!(found, [true, false, true]);
}

#[test]
fn only_a_list_of_blank_lines_is_empty() {
    assert!(WordList::default().is_empty());
    assert!(list(" \n\n").is_empty());
    assert!(!list("a").is_empty());
    assert!(!list("/a/").is_empty());
}

#[test]
fn every_error_is_reported_with_its_line() {
    use InvalidLineKind::{BadRegex, TooBroad, TooLong};
    let long = "є".repeat(251);
    let entries =
        format!("fine\n/(/\n\n/[z-a]/\n*\n/.*/\n{long}\n/also fine/\n/(?=a)/\n/(a)\\1/\n/{long}/");
    assert_eq!(
        errors(&entries),
        [
            (2, BadRegex),
            (4, BadRegex),
            (5, TooBroad),
            (6, TooBroad),
            (7, TooLong),
            (9, BadRegex),
            (10, BadRegex),
            (11, TooLong),
        ]
    );
    assert!(WordList::parse(&"є".repeat(250)).is_ok());
}

#[test]
fn entries_that_match_the_empty_string_are_too_broad() {
    for entry in [
        "*", "**", "* *", "＊", "\u{200B}", "//", "/.*/", "/a?/", "/^/", "/$/", "/\\b/", "/x|/",
        "/(?m)^$/",
    ] {
        assert_eq!(errors(entry), [(1, InvalidLineKind::TooBroad)], "{entry:?}");
    }
}

#[test]
fn the_number_of_entries_and_patterns_is_limited() {
    use InvalidLineKind::{BadRegex, TooMany};
    let words = |count| (0..count).map(|n| format!("w{n}\n")).collect::<String>();
    assert!(WordList::parse(&words(20_000)).is_ok());
    assert_eq!(errors(&words(20_010)), [(20_001, TooMany)]);
    assert!(WordList::parse(&"/a/\n".repeat(200)).is_ok());
    assert_eq!(errors(&"/a/\n".repeat(210)), [(201, TooMany)]);
    assert_eq!(errors(&"/(/\n".repeat(210)).last(), Some(&(100, BadRegex)));
}

#[test]
fn the_size_of_a_compiled_pattern_is_limited() {
    for entry in [
        "/a{1000}{1000}/",
        "/((a{100}){100}){100}/",
        "/\\w{1000}/",
        "/\\pL{200}x/",
    ] {
        assert_eq!(errors(entry), [(1, InvalidLineKind::BadRegex)], "{entry}");
    }
}

#[test]
fn hostile_texts_are_searched_in_linear_time() {
    let long = "a".repeat(65_000);
    for entry in [
        "/(a+)+$b/",
        "/(a|a)*b/",
        "/(.*)*c/",
        "/(a?){30}a{30}b/",
        "*aaab*",
    ] {
        assert_eq!(found(entry, &long), [""; 0], "{entry}");
    }
    let nested: Vec<String> = (1..=40).map(|n| format!("*{}*", "a".repeat(n))).collect();
    assert_eq!(list(&nested.join("\n")).matches(&[&long]).len(), 20);
}

#[test]
fn twenty_thousand_phrases_are_found_in_a_long_text() {
    let entries: String = (0..20_000).map(|n| format!("word{n} більше\n")).collect();
    let text = format!("{} word19999\nБІЛЬШЕ", "word1 менше ".repeat(4_000));
    assert_eq!(found(&entries, &text), ["word19999\nБІЛЬШЕ"]);
}

#[test]
fn characters_whose_lower_case_is_longer_are_matched() {
    assert_eq!(found("*ȺȺ*", "xⱥȺx"), ["ⱥȺ"]);
    assert_eq!(found("İstanbul", "in İSTANBUL now"), ["İSTANBUL"]);
}

#[test]
#[expect(clippy::single_range_in_vec_init, reason = "one match is one range")]
fn match_ranges_are_offsets_in_the_original_text() {
    let list = WordList::parse("free  money\n/t[e3]a/\nчай").expect("a list");
    for (text, expected) in [
        ("Free money, TEA", vec![0..10, 12..15]),
        ("free\n\n money, free money", vec![0..12, 14..24]),
        ("freemoney", vec![]),
        ("Чай, чайник і t3a", vec![0..6, 24..27]),
        // Every form of the text is marked where it was typed.
        ("чаи\u{306}!", vec![0..8]),
        ("(ча\u{301}й)", vec![1..9]),
        ("ч\u{200B}aй, t\u{AD}3a", vec![0..8, 10..15]),
        ("№ ﬁ ｔｅａ", vec![8..17]),
        ("", vec![]),
    ] {
        assert_eq!(list.match_ranges(text), expected, "{text}");
    }
}
