//! Numbers of list items, as browsers show them.

use crate::text::tokenizer::HtmlTag;

/// Numbering of a list while its items are read.
pub(super) struct ListNumbering {
    next: i64,
    step: i64,
    style: NumberStyle,
}

#[derive(Clone, Copy)]
enum NumberStyle {
    Decimal,
    /// Letters; the field is the letter of the first item.
    Alphabetic(u8),
    /// Roman numerals, in capitals if `true`.
    Roman(bool),
}

impl ListNumbering {
    /// Reads the attributes of an `<ol>`. `items` is the number of its items, from which a reversed list counts down.
    pub(super) fn new(list: HtmlTag<'_>, items: impl FnOnce() -> i64) -> Self {
        let start = list.find_attribute("start").and_then(parse_integer);
        let is_reversed = list.find_attribute("reversed").is_some();
        Self {
            next: start.unwrap_or_else(|| if is_reversed { items() } else { 1 }),
            step: if is_reversed { -1 } else { 1 },
            style: match list.find_attribute("type") {
                Some("a") => NumberStyle::Alphabetic(b'a'),
                Some("A") => NumberStyle::Alphabetic(b'A'),
                Some("i") => NumberStyle::Roman(false),
                Some("I") => NumberStyle::Roman(true),
                _ => NumberStyle::Decimal,
            },
        }
    }

    /// Returns the number of the next item with its full stop.
    pub(super) fn number(&mut self, item: HtmlTag<'_>) -> String {
        let value = item.find_attribute("value").and_then(parse_integer);
        let number = value.unwrap_or(self.next);
        self.next = number.saturating_add(self.step);
        format!("{}.", format_number(number, self.style))
    }
}

fn parse_integer(text: &str) -> Option<i64> {
    text.trim().parse::<i32>().ok().map(i64::from)
}

/// Formats a number. Numbers that the style does not have are decimal, as in CSS.
fn format_number(number: i64, style: NumberStyle) -> String {
    match style {
        NumberStyle::Alphabetic(first) if number > 0 => format_alphabetic(number, first),
        NumberStyle::Roman(is_capital) if (1..4000).contains(&number) => {
            let numeral = format_roman(number);
            if is_capital {
                numeral
            } else {
                numeral.to_lowercase()
            }
        }
        _ => number.to_string(),
    }
}

fn format_alphabetic(mut number: i64, first: u8) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        let letter = u8::try_from((number - 1) % 26).expect("less than 26");
        letters.push(char::from(first + letter));
        number = (number - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

fn format_roman(mut number: i64) -> String {
    const NUMERALS: [(i64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut roman = String::new();
    for (value, numeral) in NUMERALS {
        while number >= value {
            roman.push_str(numeral);
            number -= value;
        }
    }
    roman
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_the_style_of_the_list() {
        for (number, letter, roman) in [
            (1, "a", "I"),
            (4, "d", "IV"),
            (26, "z", "XXVI"),
            (27, "aa", "XXVII"),
            (1986, "bxj", "MCMLXXXVI"),
            (0, "0", "0"),
            (-3, "-3", "-3"),
        ] {
            assert_eq!(format_number(number, NumberStyle::Alphabetic(b'a')), letter);
            assert_eq!(format_number(number, NumberStyle::Roman(true)), roman);
        }
    }
}
