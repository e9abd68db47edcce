//! Made comments in English and Ukrainian, decent and not, the same each time: what the bench of learning is taught.

/// A made comment.
pub struct Said {
    pub id: String,
    pub name: String,
    pub website: Option<String>,
    pub body: String,
    pub is_spam: bool,
}

/// Numbers that look random and never change (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

struct Language {
    names: &'static [&'static str],
    /// What anyone talks of, decent or not.
    common: &'static [&'static str],
    /// What readers of a newspaper talk of.
    decent: &'static [&'static str],
    /// What sellers talk of.
    selling: &'static [&'static str],
}

const ENGLISH: Language = Language {
    names: &[
        "Ann", "Bob", "Carl", "Dora", "Eve", "Frank", "Grace", "Henry", "Ivy", "Jack",
    ],
    common: &[
        "the", "and", "this", "that", "with", "very", "good", "you", "for", "not", "time", "great",
        "today", "people", "about", "more", "really", "here", "some", "my", "your", "new", "best",
        "now", "work", "thanks", "read", "article", "site", "life",
    ],
    decent: &[
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
    selling: &[
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

const UKRAINIAN: Language = Language {
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
    decent: &[
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
    selling: &[
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

/// So many comments, three in ten of them spam.
pub fn comments(count: usize) -> Vec<Said> {
    let mut dice = Dice(20_201_120);
    (0..count)
        .map(|number| comment(&mut dice, number))
        .collect()
}

fn comment(dice: &mut Dice, number: usize) -> Said {
    let language = if dice.roll(2) == 0 {
        &ENGLISH
    } else {
        &UKRAINIAN
    };
    let is_spam = dice.roll(10) < 3;
    let length = if is_spam {
        8 + dice.roll(25)
    } else {
        4 + dice.roll(40)
    };
    let mut words = Vec::new();
    for _ in 0..length {
        // Sellers talk like people in part, and people talk of money.
        let special = if is_spam {
            language.selling
        } else {
            language.decent
        };
        let word = if dice.roll(5) < 2 {
            dice.one(special)
        } else {
            dice.one(language.common)
        };
        words.push(if is_spam {
            hidden(dice, word)
        } else {
            word.to_owned()
        });
    }
    let mut body = words.join(" ");
    let links = if is_spam {
        dice.roll(4)
    } else {
        usize::from(dice.roll(12) == 0)
    };
    for _ in 0..links {
        let host = match is_spam {
            true => format!("{}{}.example", dice.one(ENGLISH.selling), dice.roll(60)),
            false => format!("{}.example", dice.one(ENGLISH.decent)),
        };
        body.push_str(&format!(" https://{host}/{}", dice.roll(1_000)));
    }
    if is_spam && dice.roll(4) == 0 {
        body = body.to_uppercase();
    }
    body.push_str(["", ".", "!", "!!!"][dice.roll(if is_spam { 4 } else { 3 })]);
    let name = match is_spam && dice.roll(3) == 0 {
        true => dice.one(language.selling),
        false => dice.one(language.names),
    };
    let has_website = dice.roll(10) < if is_spam { 6 } else { 1 };
    Said {
        id: format!("made-{number}"),
        name: name.to_owned(),
        website: has_website.then(|| {
            format!(
                "https://{}{}.example/",
                dice.one(ENGLISH.selling),
                dice.roll(60)
            )
        }),
        body,
        is_spam,
    }
}

/// A word as those write it who know that words are looked for: one in five is hidden.
fn hidden(dice: &mut Dice, word: &str) -> String {
    match dice.roll(30) {
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
