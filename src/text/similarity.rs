//! Detects near-duplicate texts, such as those that a spammer sends repeatedly with another name, number or link.
//!
//! A text becomes a set of shingles (short overlapping pieces). The similarity of two texts is the Jaccard index of their
//! sets. To avoid comparing all pairs, each set gets a MinHash signature (A. Broder, On the resemblance and containment
//! of documents, 1997), which is cut into bands. Only texts that have a band in common are compared. With eight bands of
//! three rows, two texts have a band in common with a probability of 0.21 at a similarity of 0.3, 0.5 at 0.44, 0.86 at
//! 0.6, 0.96 at 0.7 and 0.997 at 0.8.

use std::collections::BTreeSet;

use crate::text::markdown;
use crate::text::tokenizer::{HtmlToken, tokenize};

const BAND_COUNT: u64 = 8;
/// Number of MinHash values in a band. With more rows, only texts of greater similarity have a band in common.
const ROWS_PER_BAND: u64 = 3;
/// Number of words below which texts are compared exactly and with their full URLs. "Yes" and "No" differ by little else,
/// and many short texts consist of a link.
const MIN_NGRAM_WORDS: usize = 3;
/// Number of words from which texts are compared by words and pairs of words. In shorter texts a single word is too large
/// a part of the text, so they are compared by runs of letters.
const MIN_PAIR_WORDS: usize = 8;
const NGRAM_BYTES: usize = 4;
/// Longest run of letters that counts as one word, in bytes. Longer runs come from text without spaces and are cut into
/// n-grams.
const MAX_WORD_BYTES: usize = 24;
/// Number of words of a text that are compared. The rest is ignored, to limit the cost of long texts.
const MAX_WORDS: usize = 1_000;

/// Hashes of the shingles (short overlapping pieces) of a text, by which it is compared with other texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShingleSet {
    shingling: Shingling,
    shingles: BTreeSet<u64>,
}

/// Way in which a text is cut into shingles. Texts cut in different ways are never similar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shingling {
    WholeText,
    Ngrams,
    WordPairs,
}

impl ShingleSet {
    /// Makes the shingles of a comment from its HTML, including the hosts of its links.
    pub fn from_html(safe_html: &str) -> Self {
        let mut text = markdown::html_to_text(safe_html);
        for token in tokenize(safe_html) {
            if let HtmlToken::Tag(tag) = token
                && let Some(url) = tag.find_attribute("href")
            {
                text.push(' ');
                text.push_str(url);
            }
        }
        Self::from_text(&text)
    }

    pub fn from_text(text: &str) -> Self {
        let words = normalize_words(text, parse_host);
        let mut shingles = BTreeSet::new();
        let shingling = match words.len() {
            0 => Shingling::WholeText,
            count if count < MIN_NGRAM_WORDS => {
                let full_url = |word: &str| parse_host(word).map(|_| word.to_lowercase());
                let exact_words = normalize_words(text, full_url);
                shingles.insert(hash_shingle(exact_words.join(" ").as_bytes()));
                Shingling::WholeText
            }
            count if count < MIN_PAIR_WORDS => {
                let text = words.join(" ");
                shingles.extend(text.as_bytes().windows(NGRAM_BYTES).map(hash_shingle));
                Shingling::Ngrams
            }
            _ => {
                shingles.extend(words.iter().map(|word| hash_shingle(word.as_bytes())));
                let pairs = words.windows(2);
                shingles.extend(pairs.map(|pair| hash_shingle(pair.join(" ").as_bytes())));
                Shingling::WordPairs
            }
        };
        Self {
            shingling,
            shingles,
        }
    }

    /// Returns a locality-sensitive hash of each band, by which similar texts can be found. Returns no hashes if the text
    /// has no words.
    pub fn lsh_bands(&self) -> Vec<i64> {
        if self.shingles.is_empty() {
            return Vec::new();
        }
        // Only identical texts of this kind are similar, and those share every band.
        let bands = if self.shingling == Shingling::WholeText {
            1
        } else {
            BAND_COUNT
        };
        let min_hash = |row: u64| {
            let hashes = self
                .shingles
                .iter()
                .map(|shingle| mix_bits(shingle ^ mix_bits(row + 1)));
            hashes.min().unwrap_or(0)
        };
        // The kind of shingles is part of the hash, so that sets of different kinds share no band.
        let band = |band: u64| {
            let rows = band * ROWS_PER_BAND..(band + 1) * ROWS_PER_BAND;
            let start = mix_bits(band ^ ((self.shingling as u64) << 32));
            // Postgres stores signed integers.
            rows.fold(start, |hash, row| mix_bits(hash ^ min_hash(row)))
                .cast_signed()
        };
        (0..bands).map(band).collect()
    }

    /// Returns whether two texts are near-duplicates. A text without words is not similar to any text.
    pub fn is_similar_to(&self, other: &Self) -> bool {
        // Percent of the union. N-grams overlap, so different texts share more of them and need a higher threshold.
        let threshold = match self.shingling {
            Shingling::WholeText => 100,
            Shingling::Ngrams => 70,
            Shingling::WordPairs => 60,
        };
        let shared = self.shingles.intersection(&other.shingles).count();
        let all = self.shingles.len() + other.shingles.len() - shared;
        self.shingling == other.shingling && shared > 0 && shared * 100 >= all * threshold
    }
}

/// Splits text into words of lowercase Latin letters, without digits and punctuation. `parse_url` returns the replacement
/// for a URL, or `None` for a word that is not a URL.
fn normalize_words(text: &str, parse_url: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        if let Some(url_word) = parse_url(word) {
            words.push(url_word);
        } else {
            let mut spelled = String::with_capacity(word.len());
            for c in word.chars() {
                push_latin(c, &mut spelled);
            }
            for word in spelled.split(' ').filter(|word| !word.is_empty()) {
                push_word(&mut words, word);
            }
        }
        if words.len() >= MAX_WORDS {
            words.truncate(MAX_WORDS);
            break;
        }
    }
    words
}

fn push_word(words: &mut Vec<String>, word: &str) {
    if word.len() <= MAX_WORD_BYTES {
        words.push(word.to_owned());
    } else {
        // Overlapping n-grams: an additional letter at the front does not change all of them.
        let runs = word.as_bytes().windows(NGRAM_BYTES);
        // Lossless: transliterated words are ASCII.
        words.extend(runs.map(|run| String::from_utf8_lossy(run).into_owned()));
    }
}

/// Appends the transliteration of a character. A character that separates words becomes a space, and an ignored character
/// is omitted.
fn push_latin(c: char, into: &mut String) {
    match c {
        'a'..='z' => into.push(c),
        'A'..='Z' => into.push(c.to_ascii_lowercase()),
        _ if is_ignored(c) => {}
        _ if c.is_ascii() => into.push(' '),
        _ => {
            for sound in deunicode::deunicode_char(c).unwrap_or(" ").chars() {
                match sound {
                    'a'..='z' | 'A'..='Z' => into.push(sound.to_ascii_lowercase()),
                    // deunicode writes the soft sign as an apostrophe.
                    _ if is_ignored(sound) => {}
                    _ => into.push(' '),
                }
            }
        }
    }
}

/// Returns whether the character is a digit, an apostrophe, or has no width. Such characters are omitted and do not
/// separate words.
fn is_ignored(c: char) -> bool {
    matches!(c, '0'..='9' | '\'' | '’' | 'ʼ' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Returns the host of a URL as one word, without punctuation and `www`.
fn parse_host(word: &str) -> Option<String> {
    let rest = match word.split_once("://") {
        Some((_, rest)) => rest,
        None => {
            let at = word.to_ascii_lowercase().find("www.")?;
            word.get(at..)?
        }
    };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let letters: String = host.chars().filter(|c| c.is_alphanumeric()).collect();
    (!letters.is_empty()).then_some(letters)
}

/// Hashes a shingle. The result is stored, so it must be the same on every machine and in every version.
fn hash_shingle(shingle: &[u8]) -> u64 {
    let hash = blake3::hash(shingle);
    u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
}

/// Mixes the bits of a number, as the finalizer of SplitMix64 does.
fn mix_bits(number: u64) -> u64 {
    let mut number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share_a_band(one: &ShingleSet, other: &ShingleSet) -> bool {
        let bands = other.lsh_bands();
        one.lsh_bands().iter().any(|band| bands.contains(band))
    }

    #[test]
    fn variants_of_one_message_are_similar() {
        let families: &[&[&str]] = &[
            &[
                "Hello Ann! I earn $4,500 a week from home, read how at https://money.example/a1?x=2 and start today",
                "Hello Bob! I earn $7,200 a week from home, read how at https://money.example/kk9 and start today",
                "hello carl I earn 900 a week from home — read how at http://www.money.example/ and start today!!!",
            ],
            &[
                "Our clinic in the centre has helped thousands of people lose weight without any diet, write to doctor Miller now",
                "Our clinic in the centre has helped hundreds of people lose weight without any diet, write to doctor Brown now",
            ],
            &[
                "Заробляйте вдома до 30000 гривень на місяць, без вкладень і досвіду, деталі на сайті https://robota.example/1",
                "Заробляйте вдома до 45000 гривень на тиждень, без вкладень і досвіду, деталі на сайті https://robota.example/2",
            ],
            &[
                "B\u{200B}uy che\u{AD}ap watches here, the best pr\u{2060}ices in town for everyone",
                "Buy cheap watches here, the best prices in town for everyone",
                "Ｂｕｙ ｃｈｅａｐ watches here, the best 𝐩𝐫𝐢𝐜𝐞𝐬 in town for everyone",
            ],
            &["Nice post!", "nice post", "NICE  POST :)"],
            &[
                "Subscribe to my channel please 1",
                "subscribe to my channel, please!",
            ],
            &[
                "这个网站可以让你每天在家赚很多钱快来看看吧",
                "这个网站可以让你每天在家赚很多钱快来看看哦",
            ],
            &[
                "このサイトでは毎日おうちでたくさんおかねをかせぐことができますよ",
                "このサイトでは毎日おうちでたくさんおかねをかせぐことができますね",
            ],
        ];
        for family in families {
            for one in *family {
                for other in *family {
                    let (one_is, other_is) =
                        (ShingleSet::from_text(one), ShingleSet::from_text(other));
                    assert!(
                        one_is.is_similar_to(&other_is),
                        "{one}\n{other}\n{:?}\n{:?}",
                        normalize_words(one, parse_host),
                        normalize_words(other, parse_host)
                    );
                    assert!(share_a_band(&one_is, &other_is), "{one}\n{other}");
                }
            }
        }
    }

    #[test]
    fn different_comments_are_not_similar() {
        let said = [
            "Yes",
            "No",
            "Yes!!! Of course",
            "I agree",
            "I disagree",
            "I agree with you",
            "I do not agree with this at all",
            "Thank you for the article",
            "Thank you, this was the clearest piece on the budget that I have read so far",
            "This was the worst piece on the budget that I have read in this paper so far",
            "The mayor said in March that the bridge would be open by now, and it is not",
            "The mayor never said that the bridge would be closed for the whole of the summer",
            "Where did you find the figures on the schools? I cannot find them on the site of the council",
            "I live next to the school, and the figures in the article are not what we see here every day",
            "Nice weather",
            "Дякую за статтю",
            "Дякую за переклад, але в другому абзаці помилка",
            "Так",
            "Ні",
            "👍",
            "🎉",
            "https://video.example/watch?v=a1",
            "https://video.example/watch?v=b2",
            "Look: https://video.example/watch?v=a1",
            "Look: https://video.example/watch?v=b2",
        ];
        for (place, one) in said.iter().enumerate() {
            for other in &said[place + 1..] {
                let (one_is, other_is) = (ShingleSet::from_text(one), ShingleSet::from_text(other));
                assert!(!one_is.is_similar_to(&other_is), "{one}\n{other}");
            }
        }
    }

    #[test]
    fn a_text_without_words_is_similar_to_nothing() {
        for text in ["", "12345", "?!", "+1", "\u{200B}"] {
            let likeness = ShingleSet::from_text(text);
            assert!(likeness.lsh_bands().is_empty(), "{text}");
            assert!(!likeness.is_similar_to(&likeness), "{text}");
        }
    }

    #[test]
    fn comments_are_similar_if_their_links_differ_in_the_path_but_not_in_the_host() {
        let one = ShingleSet::from_html("<p><a href=\"https://win.example/a\">Click here</a></p>");
        let other =
            ShingleSet::from_html("<p><a href=\"https://win.example/b?c\">Click here</a> 7</p>");
        let elsewhere =
            ShingleSet::from_html("<p><a href=\"https://tea.example/a\">Click here</a></p>");
        assert!(one.is_similar_to(&other));
        assert!(!one.is_similar_to(&elsewhere));
    }

    #[test]
    fn half_of_the_pairs_with_similarity_0_44_share_a_band() {
        // Sets of 96 numbers that share 58 or 59: a similarity of 0.44.
        let pair = |number: u64| {
            let made = |own: u64| ShingleSet {
                shingling: Shingling::WordPairs,
                shingles: (0..96)
                    .map(|n| {
                        mix_bits(number * 1_000 + if n < 58 + number % 2 { n } else { own + n })
                    })
                    .collect(),
            };
            share_a_band(&made(200), &made(400))
        };
        let found = (0..1_000).filter(|number| pair(*number)).count();
        assert!((430..570).contains(&found), "{found}");
    }
}
