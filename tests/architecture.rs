//! The house rules that a compiler does not know: arrows point down, the map is true, HTML is trusted in one place,
//! every sentence is in every catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use broadsheet::accounts::Rhythm;
use broadsheet::articles::Note;
use broadsheet::commenters::treatment::Treated;
use broadsheet::comments::Status;
use broadsheet::comments::screening::Kind;
use broadsheet::moderation::EntryKind;
use broadsheet::moderation::filter::CommentAge;

/// The house, low to high. Modules that share a line do not know each other. `docs/ARCHITECTURE.md` and `lib.rs` show the same.
const HOUSE: [&[&str]; 19] = [
    &["clock", "ids"],
    &["config", "limits", "crypto", "text"],
    &["i18n"],
    &["mail", "publication"],
    &["db"],
    &["app"],
    &["web"],
    &["cache"],
    &["accounts", "health"],
    &["commenters"],
    &["admin", "classifier"],
    &["comments"],
    &["articles", "moderation"],
    &["router", "transfer", "worker"],
    &["startup"],
    &["privacy_check"],
    &["commands"],
    &["lib"],
    &["main"],
];

fn floor_of(module: &str) -> usize {
    HOUSE
        .iter()
        .position(|floor| floor.contains(&module))
        .unwrap_or_else(|| panic!("src/{module} is not in the house; give it a place in tests/architecture.rs, lib.rs and docs/ARCHITECTURE.md"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("the entry reads").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let text = fs::read_to_string(&path).expect("the file reads");
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(
        !found.is_empty(),
        "nothing ends in .{ending} under {folder}"
    );
    found
}

/// `src/articles/page.rs` and `src/router.rs` belong to `articles` and `router`.
fn module_of(path: &Path) -> String {
    let inside = path
        .strip_prefix(root().join("src"))
        .expect("a file under src");
    let first = inside.iter().next().expect("a name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The modules a file names after `crate::`, in `use` lines and in the middle of code, groups included.
fn imports(text: &str) -> BTreeSet<String> {
    let code = code_of(text);
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for character in group.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => item.push(','),
                    _ if depth == 0 => item.push(character),
                    _ => {}
                }
            }
            found.extend(
                item.split(',')
                    .map(first_word)
                    .filter(|word| !word.is_empty()),
            );
        } else {
            found.insert(first_word(rest));
        }
    }
    found
}

/// A file without its comments.
fn code_of(text: &str) -> String {
    let lines = text.lines();
    lines
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

fn first_word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

/// As many `super::` as lead from a file to the crate's root.
fn crate_in_disguise(path: &Path) -> String {
    let inside = path
        .strip_prefix(root().join("src"))
        .expect("a file under src");
    let depth = inside.iter().count() - usize::from(path.ends_with("mod.rs"));
    "super::".repeat(depth)
}

#[test]
fn arrows_point_down() {
    let mut wrong = Vec::new();
    for (path, text) in files("src", "rs") {
        let module = module_of(&path);
        if module == "main" || module == "lib" {
            continue;
        }
        let disguise = crate_in_disguise(&path);
        let (code, _) = text
            .split_once("#[cfg(test)]\nmod tests")
            .unwrap_or((&text, ""));
        if code_of(code).contains(&disguise) {
            wrong.push(format!("{} says {disguise} for crate::", path.display()));
        }
        for import in imports(&text)
            .into_iter()
            .filter(|import| *import != module)
        {
            if floor_of(&import) >= floor_of(&module) {
                wrong.push(format!(
                    "{} uses {import}, which is not below it",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::web::{Db, Page};\nuse crate::{accounts, comments::{self, Thread}, desk};\nfn f() { crate::crypto::token() } // crate::nothing";
    let expected = ["accounts", "admin", "comments", "desk", "crypto", "web"].map(str::to_owned);
    assert_eq!(imports(text), BTreeSet::from(expected));
}

#[test]
fn the_map_is_true() {
    let modules: BTreeSet<String> = files("src", "rs")
        .iter()
        .map(|(path, _)| module_of(path))
        .collect();
    let on_a_floor: BTreeSet<String> = HOUSE
        .iter()
        .flat_map(|floor| floor.iter().map(|module| (*module).to_owned()))
        .collect();
    assert_eq!(modules, on_a_floor);
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("there is a lib.rs");
    let listed: Vec<Vec<&str>> = lib
        .split("\n\n")
        .map(|group| {
            let modules = group
                .lines()
                .filter_map(|line| line.strip_prefix("pub mod "));
            modules.map(|module| module.trim_end_matches(';')).collect()
        })
        .filter(|group: &Vec<&str>| !group.is_empty())
        .collect();
    assert_eq!(
        listed,
        HOUSE[..HOUSE.len() - 2],
        "lib.rs lists the house otherwise"
    );
    let layout = fs::read_to_string(root().join("docs/ARCHITECTURE.md"))
        .expect("there is a docs/ARCHITECTURE.md");
    assert_eq!(
        drawn_in(&layout),
        HOUSE[..HOUSE.len() - 2],
        "docs/ARCHITECTURE.md draws the house otherwise"
    );
    for line in layout
        .lines()
        .filter(|line| line.trim_start().starts_with("src/"))
    {
        let path = line.split_whitespace().next().expect("a word");
        assert!(
            root().join(path).exists(),
            "docs/ARCHITECTURE.md names {path}, which is not there"
        );
    }
}

/// The floors of docs/ARCHITECTURE.md: indented lines that begin with a folder or a file of `src/`, a blank line between
/// floors.
fn drawn_in(document: &str) -> Vec<Vec<&str>> {
    let (_, map) = document
        .split_once("## Layout")
        .expect("docs/ARCHITECTURE.md has a layout");
    let map = map.split("\n##").next().unwrap_or_default();
    map.split("\n\n")
        .filter(|floor| floor.starts_with("    "))
        .map(|floor| {
            let names = floor
                .lines()
                .filter_map(|line| line.split_whitespace().next());
            names
                .map(|name| name.trim_end_matches('/').trim_end_matches(".rs"))
                .collect()
        })
        .collect()
}

#[test]
fn html_is_trusted_in_one_place() {
    for (path, text) in files("templates", "html") {
        assert!(
            !text.replace(' ', "").contains("|safe"),
            "{} trusts HTML by hand",
            path.display()
        );
        // The one block of styles is a file of ours, which browsers are told by its hash.
        let text = text.replace("<style>{{ layout.style() }}</style>", "");
        assert!(
            !text.contains("<style") && !text.contains(" style=") && !text.contains("<script>"),
            "{} has inline style or script",
            path.display()
        );
        // A script comes from a file of ours; the one block in a page is data, of a type that no browser runs.
        let data = "<script type=\"application/ld+json\">{{ json_ld }}</script>";
        assert!(
            text.replace(data, "")
                .split("<script")
                .skip(1)
                .all(|script| script.starts_with(" src=\"{{ ")),
            "{} has a script that is no file of ours",
            path.display()
        );
        assert!(
            !text.contains(" onclick=") && !text.contains("http://"),
            "{}",
            path.display()
        );
    }
    for (path, text) in files("src", "rs") {
        let markers = text.matches("impl HtmlSafe for").count();
        // A fragment's own template escapes what it is filled with; only SafeHtml is a string that is trusted.
        let is_maker = path.ends_with("src/text/markdown/mod.rs");
        let fragments = text.matches("#[template(path = \"").count();
        // Data for search engines stand in an element without entities, so JSON has an escaping of its own, there alone.
        let is_json = path.ends_with("src/text/json_ld.rs") && markers == 1;
        let is_style = path.ends_with("src/web/assets.rs") && markers == 1;
        assert!(
            markers == 0 || is_maker || is_json || is_style || markers <= fragments,
            "{} trusts HTML that no template made",
            path.display()
        );
        assert!(
            is_maker || !text.contains("SafeHtml("),
            "{} makes HTML to be trusted",
            path.display()
        );
    }
}

#[test]
fn every_sentence_is_in_every_catalogue() {
    let catalogues: BTreeMap<&str, BTreeMap<String, String>> = ["en", "uk"]
        .into_iter()
        .map(|language| {
            let text = fs::read_to_string(root().join(format!("locales/{language}.ftl")))
                .expect("the catalogue reads");
            (language, messages(&text))
        })
        .collect();
    let english: BTreeSet<&String> = catalogues["en"].keys().collect();
    let ukrainian: BTreeSet<&String> = catalogues["uk"].keys().collect();
    assert_eq!(english, ukrainian);
    for (key, text) in &catalogues["uk"] {
        assert_eq!(
            put_in(text),
            put_in(&catalogues["en"][key]),
            "{key} has other words put into it"
        );
        let counts = text.contains("$count ->");
        assert_eq!(
            counts,
            catalogues["en"][key].contains("$count ->"),
            "{key} counts in one language only"
        );
        let forms = ["[one]", "[few]", "[many]", "*[other]"];
        assert!(
            !counts || forms.iter().all(|form| text.contains(form)),
            "{key} lacks a Ukrainian plural form"
        );
    }
    let sources: String = files("src", "rs")
        .into_iter()
        .chain(files("templates", "html"))
        .map(|(_, text)| text)
        .collect();
    let made = made_of_a_word_and_a_beginning(&sources);
    for key in &made {
        assert!(english.contains(key), "no catalogue has {key}");
    }
    for key in &english {
        let spoken = sources.contains(&format!("\"{key}\""));
        assert!(spoken || made.contains(*key), "nothing says {key}");
    }
    for call in [".say(\"", ".count(\"", ".with(\"", ".with_all(\""] {
        for rest in sources.split(call).skip(1) {
            let key = rest.split('"').next().unwrap_or_default().to_owned();
            assert!(
                key.contains('{') || english.contains(&key),
                "no catalogue has {key}"
            );
        }
    }
}

/// Keys that the code puts together, as it does.
fn made_of_a_word_and_a_beginning(sources: &str) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for status in Status::ALL {
        for beginning in [
            "queue-",
            "queue-empty-",
            "queue-now-",
            "status-",
            "log-decided-",
        ] {
            made.insert(format!("{beginning}{}", status.word()));
        }
    }
    made.extend(Kind::ALL.map(|kind| format!("reason-{}", kind.code())));
    made.extend(Kind::ALL.map(|kind| format!("kind-{}", kind.code())));
    made.extend(CommentAge::ALL.map(|age| format!("age-{}", age.code())));
    made.extend(Kind::ALL.map(|kind| format!("transparency-for-{}", kind.code())));
    made.extend(EntryKind::ALL.map(|kind| format!("log-kind-{}", kind.word())));
    let told = Kind::ALL.into_iter().filter(|kind| kind.is_told());
    made.extend(told.map(|kind| format!("told-{}", kind.code())));
    made.extend(Rhythm::ALL.map(|rhythm| format!("rhythm-{}", rhythm.word())));
    for treated in Treated::ALL {
        for beginning in [
            "person-done-",
            "person-now-",
            "person-treat-",
            "person-explained-",
        ] {
            made.insert(format!("{beginning}{}", treated.word()));
        }
    }
    made.extend(Note::ALL.map(|note| format!("note-{}", note.word())));
    // Pages of an error or a form given back: the code has the beginning, the page the rest.
    let quoted = sources.split('"').filter(|text| !text.contains(' '));
    for beginning in quoted {
        if beginning.starts_with("error-") && sources.contains(&format!("=> \"{beginning}\"")) {
            made.insert(format!("{beginning}-advice"));
        }
        if beginning.starts_with("kept-") && sources.contains(&format!(", \"{beginning}\")")) {
            made.extend(["title", "explained", "again"].map(|rest| format!("{beginning}-{rest}")));
        }
    }
    made
}

/// What is put into a message: `$name`, `$count`.
fn put_in(text: &str) -> BTreeSet<String> {
    text.split('$').skip(1).map(first_word).collect()
}

/// Each message with its whole text, variants included.
fn messages(text: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, rest)) = line
            .split_once(" = ")
            .filter(|_| !line.starts_with([' ', '}']))
        {
            assert!(
                found.insert(key.to_owned(), rest.to_owned()).is_none(),
                "{key} is there twice"
            );
            current = Some(key.to_owned());
        } else if let Some(message) = current.as_ref().and_then(|key| found.get_mut(key)) {
            message.push('\n');
            message.push_str(line);
        }
    }
    found
}
