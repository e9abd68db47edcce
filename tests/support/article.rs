//! Sample article, read from a text file with the date, standfirst, source line, body and appeal, separated by empty
//! lines. The file ends at the line *Leave a Reply*. The environment variable `TEST_ARTICLE` names another file in this
//! format.

use std::fs;

pub struct WrittenArticle {
    pub title: &'static str,
    /// Date as in the text file, such as "July 22, 2024".
    pub date: String,
    pub standfirst: String,
    /// Source line without the word "Source:".
    pub sources: String,
    pub body: Vec<String>,
    pub appeal: String,
}

impl WrittenArticle {
    pub fn read() -> Self {
        let (title, text) = match std::env::var("TEST_ARTICLE") {
            Ok(file) => {
                let text = fs::read_to_string(&file);
                let text = text.unwrap_or_else(|error| panic!("TEST_ARTICLE is {file}: {error}"));
                ("An article from a file", text)
            }
            Err(_) => (
                "The night ferry sails again",
                include_str!("article.txt").to_owned(),
            ),
        };
        let mut paragraphs = text
            .split("\n\n")
            .map(str::trim)
            .filter(|paragraph| !paragraph.is_empty())
            .take_while(|paragraph| *paragraph != "Leave a Reply")
            .map(str::to_owned);
        let mut next = || paragraphs.next().expect("the article's file is complete");
        let (date, standfirst, sources) = (next(), next(), next());
        let mut body: Vec<String> = paragraphs.collect();
        let appeal = body.pop().expect("the article ends in an appeal");
        let sources = sources
            .strip_prefix("Source: ")
            .expect("the article has a source line");
        Self {
            title,
            date,
            standfirst,
            sources: sources.to_owned(),
            body,
            appeal,
        }
    }

    /// Returns 9:00 on the article's date in the format of `datetime-local` fields.
    pub fn moment(&self) -> String {
        let date = jiff::civil::Date::strptime("%B %d, %Y", &self.date).expect("an English date");
        format!("{date}T09:00")
    }

    /// Returns the path that the article will have when it is published.
    pub fn path(&self) -> String {
        let date = self.moment()[..10].replace('-', "/");
        format!("/{date}/{}", broadsheet::text::Slug::from_title(self.title))
    }

    /// Returns the words of the body, without the bullets of list items.
    pub fn words(&self) -> Vec<String> {
        self.body
            .iter()
            .flat_map(|paragraph| paragraph.trim_start_matches(['•', ' ']).split_whitespace())
            .map(str::to_owned)
            .collect()
    }

    /// Returns the number of list items in the body.
    pub fn items(&self) -> usize {
        let items = |paragraph: &&String| paragraph.starts_with('•');
        self.body.iter().filter(items).count()
    }
}
