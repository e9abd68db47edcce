//! Generator of legitimate comments and spam in English and Ukrainian, for the classifier benchmark. It always generates
//! the same comments.

/// Generated comment, with the information whether it is spam.
pub struct SampleComment {
    pub id: String,
    pub name: String,
    pub website: Option<String>,
    pub body: String,
    pub is_spam: bool,
}

/// Pseudo-random generator with a fixed sequence (Knuth's MMIX constants).
struct CommentRandom(u64);

impl CommentRandom {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("a 31-bit number fits usize") % sides
    }

    fn choose<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

struct SampleVocabulary {
    names: &'static [&'static str],
    /// Words that occur in both legitimate comments and spam.
    common: &'static [&'static str],
    /// Words that occur only in legitimate comments.
    decent_words: &'static [&'static str],
    /// Words that occur only in spam.
    spam_words: &'static [&'static str],
}

const ENGLISH: SampleVocabulary = SampleVocabulary {
    names: &[
        "Ann", "Bob", "Carl", "Dora", "Eve", "Frank", "Grace", "Henry", "Ivy", "Jack",
    ],
    common: &[
        "the", "and", "this", "that", "with", "very", "good", "you", "for", "not", "time", "great",
        "today", "people", "about", "more", "really", "here", "some", "my", "your", "new", "best",
        "now", "work", "thanks", "read", "article", "site", "life",
    ],
    decent_words: &[
        "council",
        "bridge",
        "river",
        "school",
        "teacher",
        "bus",
        "library",
        "park",
        "street",
        "mayor",
        "vote",
        "winter",
        "garden",
        "museum",
        "editor",
        "report",
        "however",
        "agree",
        "disagree",
        "remember",
        "grandmother",
        "question",
        "budget",
        "concert",
        "ferry",
        "harvest",
        "village",
        "railway",
        "bakery",
        "hospital",
        "doctor",
        "tax",
        "history",
        "photograph",
        "author",
        "sentence",
        "source",
        "wrong",
        "mistake",
        "neighbours",
        "money",
        "win",
        "free",
        "market",
        "price",
        "loan",
    ],
    spam_words: &[
        "casino",
        "bonus",
        "free",
        "money",
        "win",
        "loan",
        "credit",
        "pills",
        "cheap",
        "discount",
        "offer",
        "click",
        "bitcoin",
        "invest",
        "profit",
        "guaranteed",
        "followers",
        "subscribe",
        "channel",
        "betting",
        "jackpot",
        "replica",
        "watches",
        "dating",
        "visit",
        "earn",
        "income",
        "crypto",
        "seo",
        "traffic",
        "price",
        "market",
    ],
};

const UKRAINIAN: SampleVocabulary = SampleVocabulary {
    names: &[
        "Оксана",
        "Тарас",
        "Ірина",
        "Богдан",
        "Леся",
        "Іван",
        "Марія",
        "Остап",
        "Ганна",
        "Юрко",
    ],
    common: &[
        "і",
        "та",
        "це",
        "що",
        "дуже",
        "добре",
        "для",
        "не",
        "час",
        "сьогодні",
        "люди",
        "про",
        "більше",
        "тут",
        "мій",
        "ваш",
        "новий",
        "найкращий",
        "зараз",
        "робота",
        "дякую",
        "читати",
        "стаття",
        "сайт",
        "життя",
        "але",
        "як",
        "так",
        "з",
        "на",
    ],
    decent_words: &[
        "рада",
        "міст",
        "річка",
        "школа",
        "вчителька",
        "автобус",
        "книгозбірня",
        "парк",
        "вулиця",
        "мер",
        "голосувати",
        "зима",
        "сад",
        "музей",
        "редакція",
        "звіт",
        "однак",
        "згоден",
        "пам'ятаю",
        "бабуся",
        "питання",
        "бюджет",
        "концерт",
        "пором",
        "врожай",
        "село",
        "залізниця",
        "пекарня",
        "лікарня",
        "лікар",
        "податок",
        "історія",
        "світлина",
        "автор",
        "речення",
        "джерело",
        "помилка",
        "сусіди",
        "гроші",
        "ціна",
        "ринок",
        "кредит",
        "виграти",
    ],
    spam_words: &[
        "казино",
        "бонус",
        "безкоштовно",
        "гроші",
        "виграти",
        "позика",
        "кредит",
        "пігулки",
        "дешево",
        "знижка",
        "пропозиція",
        "тисніть",
        "біткоїн",
        "інвестувати",
        "прибуток",
        "гарантовано",
        "підписники",
        "підпишіться",
        "канал",
        "ставки",
        "джекпот",
        "репліка",
        "годинники",
        "знайомства",
        "заробіток",
        "дохід",
        "крипта",
        "просування",
        "ціна",
        "ринок",
    ],
};

/// Generates `count` comments, 30 % of them spam.
pub fn comments(count: usize) -> Vec<SampleComment> {
    let mut random = CommentRandom(20_201_120);
    (0..count)
        .map(|index| comment(&mut random, index))
        .collect()
}

fn comment(random: &mut CommentRandom, index: usize) -> SampleComment {
    let language = if random.below(2) == 0 {
        &ENGLISH
    } else {
        &UKRAINIAN
    };
    let is_spam = random.below(10) < 3;
    let length = if is_spam {
        8 + random.below(25)
    } else {
        4 + random.below(40)
    };
    let mut words = Vec::new();
    for _ in 0..length {
        // The vocabularies overlap, so that no single word decides.
        let special = if is_spam {
            language.spam_words
        } else {
            language.decent_words
        };
        let word = if random.below(5) < 2 {
            random.choose(special)
        } else {
            random.choose(language.common)
        };
        words.push(if is_spam {
            disguise(random, word)
        } else {
            word.to_owned()
        });
    }
    let mut body = words.join(" ");
    let links = if is_spam {
        random.below(4)
    } else {
        usize::from(random.below(12) == 0)
    };
    for _ in 0..links {
        let host = match is_spam {
            true => format!(
                "{}{}.example",
                random.choose(ENGLISH.spam_words),
                random.below(60)
            ),
            false => format!("{}.example", random.choose(ENGLISH.decent_words)),
        };
        body.push_str(&format!(" https://{host}/{}", random.below(1_000)));
    }
    if is_spam && random.below(4) == 0 {
        body = body.to_uppercase();
    }
    body.push_str(["", ".", "!", "!!!"][random.below(if is_spam { 4 } else { 3 })]);
    let name = match is_spam && random.below(3) == 0 {
        true => random.choose(language.spam_words),
        false => random.choose(language.names),
    };
    let has_website = random.below(10) < if is_spam { 6 } else { 1 };
    SampleComment {
        id: format!("made-{index}"),
        name: name.to_owned(),
        website: has_website.then(|| {
            format!(
                "https://{}{}.example/",
                random.choose(ENGLISH.spam_words),
                random.below(60)
            )
        }),
        body,
        is_spam,
    }
}

/// Disguises one word in five, as spammers do to evade word lists. Returns the other words unchanged.
fn disguise(random: &mut CommentRandom, word: &str) -> String {
    match random.below(30) {
        0 => word.chars().map(String::from).collect::<Vec<_>>().join(" "),
        1 => word
            .chars()
            .map(String::from)
            .collect::<Vec<_>>()
            .join("\u{200B}"),
        2 => word.replace('o', "0").replace('e', "3").replace('i', "1"),
        3 => word.replace('o', "о").replace('a', "а").replace('e', "е"),
        4 => word.replace('о', "o").replace('а', "a").replace('е', "e"),
        5 => word
            .chars()
            .map(|c| {
                char::from_u32(u32::from(c) + 0xFEE0)
                    .filter(|_| c.is_ascii())
                    .unwrap_or(c)
            })
            .collect(),
        _ => word.to_owned(),
    }
}
