//! Generator of WordPress exports of any size, for benchmarks and tests. The same arguments always give the same export.

use std::io::{self, Write};

const WORDS: [&str; 40] = [
    "paper",
    "morning",
    "river",
    "council",
    "bridge",
    "winter",
    "market",
    "school",
    "letter",
    "garden",
    "ferry",
    "harvest",
    "library",
    "concert",
    "village",
    "railway",
    "bakery",
    "museum",
    "window",
    "evening",
    "газета",
    "ранок",
    "річка",
    "рада",
    "міст",
    "зима",
    "ринок",
    "школа",
    "лист",
    "сад",
    "пором",
    "врожай",
    "книгозбірня",
    "концерт",
    "село",
    "залізниця",
    "пекарня",
    "музей",
    "вікно",
    "вечір",
];
/// Number of different commenters in the generated export.
const COMMENTERS: u64 = 5_000;

/// Pseudo-random generator with a fixed sequence (Knuth's MMIX constants).
struct SampleRandom(u64);

impl SampleRandom {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn words(&mut self, count: u64) -> String {
        let words: Vec<&str> = (0..count)
            .map(|_| WORDS[usize::try_from(self.below(40)).expect("a number below 40 fits usize")])
            .collect();
        words.join(" ")
    }
}

/// Writes a WordPress export with `articles` articles that have `comments_each` comments each.
pub fn write(out: &mut impl Write, articles: u64, comments_each: u64) -> io::Result<()> {
    write_each(out, articles, |_| comments_each)
}

/// Writes a WordPress export with `articles` articles, whose ids start at 1. `comments_on` returns the number of comments
/// on the article with a given id.
pub fn write_each(
    out: &mut impl Write,
    articles: u64,
    comments_on: impl Fn(u64) -> u64,
) -> io::Result<()> {
    let mut random = SampleRandom(articles);
    let mut comment = 0;
    write!(
        out,
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Made Courier</title><link>https://made.example.org</link><description>Made up</description><language>en-US</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://made.example.org</wp:base_site_url><wp:base_blog_url>https://made.example.org</wp:base_blog_url>
"#
    )?;
    for author in 0..12 {
        writeln!(
            out,
            "<wp:author><wp:author_login>writer{author}</wp:author_login><wp:author_display_name><![CDATA[Writer {author}]]></wp:author_display_name></wp:author>"
        )?;
    }
    for topic in 0..30 {
        writeln!(
            out,
            "<wp:category><wp:category_nicename>topic-{topic}</wp:category_nicename><wp:cat_name><![CDATA[Topic {topic}]]></wp:cat_name></wp:category>"
        )?;
    }
    for id in 1..=articles {
        // Four per hour, from 2005 on.
        let minute = id * 15;
        let (day, of_day) = (minute / 1440, minute % 1440);
        let date = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:00",
            2005 + day / 336,
            1 + day % 336 / 28,
            1 + day % 28,
            of_day / 60,
            of_day % 60
        );
        let title = random.words(6);
        write!(
            out,
            "<item><title><![CDATA[{title}]]></title><link>https://made.example.org/{}/{}/{}/article-{id}/</link><dc:creator><![CDATA[writer{}]]></dc:creator>\n<content:encoded><![CDATA[",
            &date[..4],
            &date[5..7],
            &date[8..10],
            random.below(12)
        )?;
        for _ in 0..4 + random.below(4) {
            let (one, two, three) = (random.words(30), random.words(12), random.words(20));
            write!(out, "{one}, <strong>{two}</strong>,\n{three}.\n\n")?;
        }
        if id % 10 == 0 {
            let words = random.words(5);
            write!(
                out,
                "[caption id=\"x\" width=\"300\"]<img src=\"https://made.example.org/wp-content/uploads/{id}.jpg\" alt=\"\" /> {words}[/caption]\n\n"
            )?;
        }
        write!(
            out,
            "]]></content:encoded><excerpt:encoded><![CDATA[{}]]></excerpt:encoded>
<wp:post_id>{id}</wp:post_id><wp:post_date>{date}</wp:post_date><wp:post_date_gmt>{date}</wp:post_date_gmt><wp:comment_status>open</wp:comment_status>
<wp:post_name>article-{id}</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain=\"category\" nicename=\"topic-{topic}\"><![CDATA[Topic {topic}]]></category>\n",
            random.words(12),
            topic = random.below(30)
        )?;
        for index in 0..comments_on(id) {
            comment += 1;
            let commenter = random.below(COMMENTERS);
            let parent = if index > 0 && random.below(3) == 0 {
                comment - 1
            } else {
                0
            };
            let approved = ["1", "1", "1", "1", "1", "1", "1", "0", "spam", "trash"]
                [usize::try_from(random.below(10)).expect("a number below 10 fits usize")];
            writeln!(
                out,
                "<wp:comment><wp:comment_id>{comment}</wp:comment_id><wp:comment_author><![CDATA[Reader {commenter}]]></wp:comment_author><wp:comment_author_email>reader{commenter}@example.org</wp:comment_author_email><wp:comment_author_url></wp:comment_author_url><wp:comment_author_IP>192.0.2.{}</wp:comment_author_IP><wp:comment_date>{date}</wp:comment_date><wp:comment_date_gmt>{date}</wp:comment_date_gmt><wp:comment_content><![CDATA[{}\n\n{}]]></wp:comment_content><wp:comment_approved>{approved}</wp:comment_approved><wp:comment_type></wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent></wp:comment>",
                commenter % 250,
                random.words(12),
                random.words(10),
            )?;
        }
        out.write_all(b"</item>\n")?;
    }
    out.write_all(b"</channel>\n</rss>\n")
}
