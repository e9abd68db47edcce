//! Classes of characters that both the search and the spam classifier need.

/// Returns whether a character is invisible.
pub fn is_invisible(c: char) -> bool {
    is_hidden_character(c)
        || matches!(c, '\u{200C}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E01EF}')
}

/// Returns whether a character is invisible and needed by no writing system. Excludes joiners, direction marks and
/// variation selectors, which some writing systems and emoji need, and the byte order mark, which programs insert.
pub fn is_hidden_character(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

/// Returns whether a character belongs to a script without spaces in which it counts as a word (UAX #29): Thai, Chinese
/// and Japanese.
pub fn is_word_by_itself(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
