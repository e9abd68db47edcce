//! Names of topics as editors type them: several on one line, and names that nearly equal an existing one.

use unicode_normalization::UnicodeNormalization;

use crate::text::input;

/// Largest number of new names that are compared with those of all topics.
const MAX_COMPARED_NAMES: usize = 20;

/// Lists the lines of the topics field that are not blank.
pub fn list_lines(list: &str) -> Vec<String> {
    let lines = list.lines().map(input::text_line);
    lines.filter(|line| !input::is_blank(line)).collect()
}

/// Splits lines at commas and semicolons, except those that name an existing topic as they are: imported topics may have
/// such names. A comma between two digits does not split.
pub fn split_names(lines: &[String], existing: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in lines {
        if existing.contains(line) {
            names.push(line.clone());
            continue;
        }
        let parts = split_line(line).into_iter().map(input::text_line);
        names.extend(parts.filter(|name| !input::is_blank(name)));
    }
    names
}

fn split_line(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, c) in line.char_indices() {
        // The commas of Arabic, Chinese and Japanese, too.
        if !matches!(c, ',' | ';' | '،' | '؛' | '，' | '；' | '、') {
            continue;
        }
        let end = index + c.len_utf8();
        let is_digit = |c: Option<char>| c.is_some_and(char::is_numeric);
        let is_inside_number =
            is_digit(line[..index].chars().next_back()) && is_digit(line[end..].chars().next());
        if !is_inside_number {
            parts.push(&line[start..index]);
            start = end;
        }
    }
    parts.push(&line[start..]);
    parts
}

/// A new topic whose name nearly equals that of an existing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimilarTopic {
    pub typed: String,
    pub existing: String,
}

/// Finds the new names that nearly equal existing ones. Each is listed with the most similar one.
pub fn list_similar(new: &[String], existing: &[String]) -> Vec<SimilarTopic> {
    let existing: Vec<(&String, String)> = existing.iter().map(|name| (name, fold(name))).collect();
    let mut similar = Vec::new();
    for typed in new.iter().take(MAX_COMPARED_NAMES) {
        let folded = fold(typed);
        let nearest = existing
            .iter()
            .filter_map(|(name, other)| Some((distance(&folded, other)?, name)))
            .min_by_key(|(distance, _)| *distance);
        if let Some((_, name)) = nearest {
            similar.push(SimilarTopic {
                typed: typed.clone(),
                existing: (*name).clone(),
            });
        }
    }
    similar
}

/// Returns the number of letters in which two folded names differ. Returns `None` if they are not similar: if they differ in
/// more than one letter, or two of eight.
fn distance(a: &str, b: &str) -> Option<usize> {
    let shorter = a.chars().count().min(b.chars().count());
    let most = match shorter {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let distance = strsim::osa_distance(a, b);
    (shorter > 0 && distance <= most).then_some(distance)
}

/// Folds a name for comparison: only letters and digits, in lower case and without accents.
fn fold(name: &str) -> String {
    name.nfkd()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(list: &str, existing: &[&str]) -> Vec<String> {
        let existing: Vec<String> = existing.iter().map(|&name| name.to_owned()).collect();
        split_names(&list_lines(list), &existing)
    }

    #[test]
    fn a_line_with_commas_is_several_topics() {
        assert_eq!(split("France, Germany", &[]), ["France", "Germany"]);
        assert_eq!(
            split("France,Germany;Italy\nSpain", &[]),
            ["France", "Germany", "Italy", "Spain"]
        );
        assert_eq!(split("法国、德国，意大利", &[]), ["法国", "德国", "意大利"]);
        assert_eq!(split("فرنسا، ألمانيا", &[]), ["فرنسا", "ألمانيا"]);
        assert_eq!(split(" , France ,, \n\u{200b}\n", &[]), ["France"]);
        assert_eq!(split("Ціна\u{a0}газу", &[]), ["Ціна\u{a0}газу"]);
    }

    #[test]
    fn a_comma_in_a_number_or_in_the_name_of_a_topic_does_not_split() {
        assert_eq!(split("The 1,000 days", &[]), ["The 1,000 days"]);
        assert_eq!(
            split("Arts, Culture\nFood, drink", &["Arts, Culture"]),
            ["Arts, Culture", "Food", "drink"]
        );
    }

    #[test]
    fn a_mistyped_name_is_similar_to_the_name_of_a_topic() {
        let existing: Vec<String> = ["Ukraine", "Industry", "U.S.", "Економіка", "War", "Chad"]
            .map(str::to_owned)
            .to_vec();
        let nearest = |typed: &str| {
            let similar = list_similar(&[typed.to_owned()], &existing);
            similar.into_iter().next().map(|topic| topic.existing)
        };
        for (typed, name) in [
            ("Ukrain", "Ukraine"),
            ("Urkaine", "Ukraine"),
            ("Indusrty", "Industry"),
            ("US", "U.S."),
            ("Економика", "Економіка"),
            ("economy", ""),
            ("Wars", ""),
            ("Car", ""),
            ("Chat", "Chad"),
            ("!!!", ""),
        ] {
            assert_eq!(nearest(typed).unwrap_or_default(), name, "{typed}");
        }
    }
}
