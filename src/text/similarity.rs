//! Whether two texts say nearly the same: what one sender writes again with another name, number or link in it.
//!
//! A text is the set of its shingles, and likeness is what two sets share of all they have (Jaccard). So that a text need
//! not be compared with all others, sets are sketched by least hashes ("MinHash"; A. Broder, On the resemblance and
//! containment of documents, 1997), and the sketch is cut into bands: texts that share a band are worth comparing. With
//! eight bands of three, of pairs whose likeness is 0.44 half share one, at 0.3 every fifth, at 0.6 six of seven, at 0.7
//! 96 of 100 and at 0.8 all but three in a thousand.

use std::collections::BTreeSet;

use crate::text::markdown;
use crate::text::tokenizer::{HtmlToken, tokenize};

/// Bands of a sketch.
const BAND_COUNT: u64 = 8;
/// Least hashes in a band: the more, the liker texts must be to share one.
const ROWS_PER_BAND: u64 = 3;
/// Below so many words a text is only like one with the same words, and the same addresses: "Yes" and "No" differ by little
/// else, and many say no more than where to look.
const MIN_NGRAM_WORDS: usize = 3;
/// From so many words on, words and pairs of words are shingles; below, where one word is much of a text, runs of letters.
const MIN_PAIR_WORDS: usize = 8;
/// Letters in a run.
const NGRAM_BYTES: usize = 4;
/// Letters beyond which a word is none, but a script without spaces: it is cut into runs.
const MAX_WORD_BYTES: usize = 24;
/// Words of a text that are looked at: nobody reads further to know it again.
const MAX_WORDS: usize = 1_000;

/// What a text is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShingleSet {
    shingling: Shingling,
    shingles: BTreeSet<u64>,
}

/// How a text was cut into shingles. Those that were cut otherwise are not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shingling {
    WholeText,
    Ngrams,
    WordPairs,
}

impl ShingleSet {
    /// What a comment's text is like; the hosts it links to are part of it.
    pub fn from_html(safe_html: &str) -> Self {
        let mut text = markdown::html_to_text(safe_html);
        for piece in tokenize(safe_html) {
            if let HtmlToken::Tag(tag) = piece
                && let Some(address) = tag.find_attribute("href")
            {
                text.push(' ');
                text.push_str(address);
            }
        }
        Self::from_text(&text)
    }

    /// What plain words are like.
    pub fn from_text(text: &str) -> Self {
        let words = normalize_words(text, parse_host);
        let mut shingles = BTreeSet::new();
        let way = match words.len() {
            0 => Shingling::WholeText,
            count if count < MIN_NGRAM_WORDS => {
                let in_full = |written: &str| parse_host(written).map(|_| written.to_lowercase());
                let whole = self::normalize_words(text, in_full);
                shingles.insert(hash_shingle(whole.join(" ").as_bytes()));
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
            shingling: way,
            shingles,
        }
    }

    /// The bands of its sketch; none if it has no words.
    pub fn lsh_bands(&self) -> Vec<i64> {
        if self.shingles.is_empty() {
            return Vec::new();
        }
        let bands = if self.shingling == Shingling::WholeText {
            1
        } else {
            BAND_COUNT
        };
        let least = |row: u64| {
            let hashes = self
                .shingles
                .iter()
                .map(|shingle| mix_bits(shingle ^ mix_bits(row + 1)));
            hashes.min().unwrap_or(0)
        };
        let band = |band: u64| {
            let rows = band * ROWS_PER_BAND..(band + 1) * ROWS_PER_BAND;
            let start = mix_bits(band ^ ((self.shingling as u64) << 32));
            // The sign is one more bit.
            rows.fold(start, |hash, row| mix_bits(hash ^ least(row)))
                .cast_signed()
        };
        (0..bands).map(band).collect()
    }

    /// Whether the two say nearly the same.
    pub fn is_similar_to(&self, other: &Self) -> bool {
        // In hundredths of what both have together. Runs of letters overlap, so that unlike texts share more of them.
        let least = match self.shingling {
            Shingling::WholeText => 100,
            Shingling::Ngrams => 70,
            Shingling::WordPairs => 60,
        };
        let shared = self.shingles.intersection(&other.shingles).count();
        let all = self.shingles.len() + other.shingles.len() - shared;
        self.shingling == other.shingling && shared > 0 && shared * 100 >= all * least
    }
}

/// The words of a text as they sound in small Latin letters, without digits and marks; of an address, what `address` makes
/// of it.
fn normalize_words(text: &str, address: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut words = Vec::new();
    for written in text.split_whitespace() {
        if let Some(address) = address(written) {
            words.push(address);
        } else {
            let mut spelled = String::with_capacity(written.len());
            for c in written.chars() {
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
        // Every letter begins a run, so that one letter more at the front does not change all of them.
        let runs = word.as_bytes().windows(NGRAM_BYTES);
        words.extend(runs.map(|run| String::from_utf8_lossy(run).into_owned()));
    }
}

/// A letter as it sounds; what separates words is a space. Digits, joiners and what cannot be seen are nothing.
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
                    // The soft sign.
                    _ if is_ignored(sound) => {}
                    _ => into.push(' '),
                }
            }
        }
    }
}

/// Digits, apostrophes, and marks without a width, which join or turn what is around them.
fn is_ignored(c: char) -> bool {
    matches!(c, '0'..='9' | '\'' | '’' | 'ʼ' | '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// The host of an address, as one word.
fn parse_host(written: &str) -> Option<String> {
    let rest = match written.split_once("://") {
        Some((_, rest)) => rest,
        None => {
            let at = written.to_ascii_lowercase().find("www.")?;
            written.get(at..)?
        }
    };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let letters: String = host.chars().filter(|c| c.is_alphanumeric()).collect();
    (!letters.is_empty()).then_some(letters)
}

/// A number for a shingle, the same on every machine and in every version.
fn hash_shingle(shingle: &[u8]) -> u64 {
    let hash = blake3::hash(shingle);
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}

/// Another number for a number, with every bit hanging on every other (the end of SplitMix64).
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
    fn what_one_sender_writes_again_is_alike() {
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
    fn what_people_say_is_not_alike() {
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
    fn what_has_no_words_is_like_nothing() {
        for text in ["", "12345", "?!", "+1", "\u{200B}"] {
            let likeness = ShingleSet::from_text(text);
            assert!(likeness.lsh_bands().is_empty(), "{text}");
            assert!(!likeness.is_similar_to(&likeness), "{text}");
        }
    }

    #[test]
    fn a_link_is_its_host_wherever_it_leads() {
        let one = ShingleSet::from_html("<p><a href=\"https://win.example/a\">Click here</a></p>");
        let other =
            ShingleSet::from_html("<p><a href=\"https://win.example/b?c\">Click here</a> 7</p>");
        let elsewhere =
            ShingleSet::from_html("<p><a href=\"https://tea.example/a\">Click here</a></p>");
        assert!(one.is_similar_to(&other));
        assert!(!one.is_similar_to(&elsewhere));
    }

    #[test]
    fn half_of_the_pairs_are_found_where_it_is_said() {
        // Sets of 96 numbers that share 58 or 59: a likeness of 0.44.
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
