//! Rules that the compiler does not check: modules import only from lower layers, files in a folder do not import each
//! other in a circle, SQL is only in stores, docs/ARCHITECTURE.md lists every module, strings are marked as safe HTML in
//! one module only, and every message is in every language's catalogue.

#[path = "architecture/imports.rs"]
mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use broadsheet::accounts::{DigestFrequency, Role};
use broadsheet::articles::DraftReason;
use broadsheet::audit_log::EntryKind;
use broadsheet::classifier::TextShape;
use broadsheet::commenters::policy::CommenterPolicy;
use broadsheet::comments::Status;
use broadsheet::comments::screening::ReasonKind;
use broadsheet::moderation::filter::CommentAge;
use broadsheet::text::date_style::{DateOrder, HourCycle};

use strum::IntoEnumIterator;

use imports::{Sources, circles};

/// Layers of modules, from low to high. Modules of one layer do not import each other. `lib.rs` and docs/ARCHITECTURE.md
/// contain the same list.
const LAYERS: [&[&str]; 17] = [
    &["clock", "ids"],
    &["config", "crypto", "limits", "text"],
    &["i18n"],
    &["mail", "publication"],
    &["db"],
    &["app"],
    &["web"],
    &["cache"],
    &["accounts", "health"],
    &["audit_log", "commenters"],
    &["admin", "classifier"],
    &["comments"],
    &["articles", "moderation"],
    &["router", "transfer", "worker"],
    &["startup"],
    &["backup", "privacy_check", "server"],
    &["commands"],
];

fn layer_of(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|layer| layer.contains(&module))
        .unwrap_or_else(|| {
            panic!("src/{module} is in no layer: add it to tests/architecture.rs, src/lib.rs and docs/ARCHITECTURE.md")
        })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder exists") {
            let path = entry.expect("the folder's entry is read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).expect("the file is read");
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(
        !found.is_empty(),
        "no file under {folder} ends in .{extension}"
    );
    found
}

fn sources() -> Sources {
    let files = files("src", "rs").into_iter().map(|(path, text)| {
        let path = path
            .strip_prefix(root().join("src"))
            .expect("the file is under src");
        (path.to_owned(), text)
    });
    Sources::parse(files)
}

/// Returns one sentence for each import of a module in the same or a higher layer.
fn upward_imports(sources: &Sources) -> Vec<String> {
    let mut wrong = Vec::new();
    for (from, to) in sources.edges() {
        let [from_module, to_module] = [&from, &to].map(|module| module[0].as_str());
        if from_module != to_module && layer_of(to_module) >= layer_of(from_module) {
            wrong.push(format!(
                "{} imports {}, which is not in a lower layer",
                from.join("::"),
                to.join("::")
            ));
        }
    }
    wrong
}

/// Returns one sentence for each circle of imports between files of one folder. A module and its child modules (`mod.rs`
/// and the files beside it) may import each other.
fn circles_in_folders(sources: &Sources) -> Vec<String> {
    let inside = sources.edges().into_iter().filter(|(from, to)| {
        from[0] == to[0] && !from.starts_with(to.as_slice()) && !to.starts_with(from.as_slice())
    });
    circles(inside)
        .into_iter()
        .map(|circle| {
            let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
            format!("{} import each other in a circle", names.join(", "))
        })
        .collect()
}

/// Returns one sentence for each file that contains SQL but is not a store.
fn sql_outside_stores(sources: &Sources) -> Vec<String> {
    sources
        .files_with_sql()
        .filter(|path| {
            let in_folder = path.iter().any(|part| part == "store");
            !in_folder && !path.ends_with("store.rs")
        })
        .map(|path| {
            format!(
                "src/{} has SQL: move it into a store.rs or store/",
                path.display()
            )
        })
        .collect()
}

#[test]
fn modules_import_only_from_lower_layers() {
    let wrong = upward_imports(&sources());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_in_a_folder_do_not_import_each_other_in_a_circle() {
    let wrong = circles_in_folders(&sources());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_is_only_in_store_files() {
    let wrong = sql_outside_stores(&sources());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_architecture_checks_find_violations_in_sample_code() {
    let sources = Sources::parse(
        [
            (
                "web/mod.rs",
                "pub mod page; pub mod path; pub use page::Page;",
            ),
            (
                "web/page.rs",
                "use super::path::Path; pub struct Page(Path);",
            ),
            (
                "web/path.rs",
                "use crate::web::Page; pub struct Path(Option<Box<Page>>);",
            ),
            (
                "web/db.rs",
                "use crate::comments::{self as c, Thread}; fn f() { sqlx::query!(\"select 1\"); }",
            ),
            (
                "comments/mod.rs",
                "pub struct Thread; fn f() { let _ = crate::web::page::Page; }",
            ),
            ("comments/store.rs", "fn f() { sqlx::query(\"select 1\"); }"),
            (
                "comments/feed.rs",
                "fn f() { sqlx::QueryBuilder::new(\"select 1\"); }",
            ),
        ]
        .map(|(path, text)| (PathBuf::from(path), text.to_owned())),
    );
    assert_eq!(
        upward_imports(&sources),
        ["web::db imports comments, which is not in a lower layer"]
    );
    assert_eq!(
        circles_in_folders(&sources),
        ["web::page, web::path import each other in a circle"]
    );
    assert_eq!(
        sql_outside_stores(&sources),
        [
            "src/comments/feed.rs has SQL: move it into a store.rs or store/",
            "src/web/db.rs has SQL: move it into a store.rs or store/"
        ]
    );
}

#[test]
fn the_architecture_document_lists_every_module_in_its_layer() {
    let modules: BTreeSet<String> = sources()
        .modules()
        .map(|module| module[0].clone())
        .collect();
    let in_layers: BTreeSet<String> = LAYERS
        .iter()
        .flat_map(|layer| layer.iter().map(|module| (*module).to_owned()))
        .collect();
    assert_eq!(modules, in_layers);
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is read");
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
    assert_eq!(listed, LAYERS, "src/lib.rs lists other layers");
    let document = fs::read_to_string(root().join("docs/ARCHITECTURE.md"))
        .expect("docs/ARCHITECTURE.md is read");
    assert_eq!(
        drawn_layers(&document),
        LAYERS,
        "docs/ARCHITECTURE.md draws other layers"
    );
    let named = document.split('`').filter(|path| {
        ["src/", "templates/", "tests/", "bin/"]
            .iter()
            .any(|start| path.starts_with(start))
    });
    for path in named {
        assert!(
            root().join(path).exists(),
            "docs/ARCHITECTURE.md names {path}, which is not there"
        );
    }
}

/// Returns the layers listed in docs/ARCHITECTURE.md. Each layer consists of indented lines that begin with a folder or
/// file of `src/`; blank lines separate the layers.
fn drawn_layers(document: &str) -> Vec<Vec<&str>> {
    let (_, layout) = document
        .split_once("## Layout")
        .expect("docs/ARCHITECTURE.md has a layout");
    let layout = layout.split("\n##").next().unwrap_or_default();
    layout
        .split("\n\n")
        .filter(|layer| layer.starts_with("    "))
        .map(|layer| {
            let names = layer
                .lines()
                .filter_map(|line| line.split_whitespace().next());
            names
                .map(|name| name.trim_end_matches('/').trim_end_matches(".rs"))
                .collect()
        })
        .collect()
}

#[test]
fn strings_are_marked_as_safe_html_in_one_module_only() {
    for (path, text) in files("templates", "html") {
        assert!(
            !text.replace(' ', "").contains("|safe"),
            "{} trusts HTML by hand",
            path.display()
        );
        // The one block of styles is a file of ours, which browsers are told by its hash. Emails have no security policy.
        let text = text.replace("<style>{{ layout.inline_style() }}</style>", "");
        let is_email = path.parent().is_some_and(|folder| folder.ends_with("mail"));
        assert!(
            (is_email || !text.contains("<style"))
                && !text.contains(" style=")
                && !text.contains("<script>"),
            "{} has inline style or script",
            path.display()
        );
        // A script comes from a file of ours; the one block in a page is data, of a type that no browser runs.
        let data = "<script type=\"application/ld+json\">{{ json_ld }}</script>";
        assert!(
            text.replace(data, "")
                .split("<script")
                .skip(1)
                .map(|script| script.strip_prefix(" type=\"module\"").unwrap_or(script))
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
fn every_message_is_translated_into_every_language() {
    let catalogues: BTreeMap<&str, BTreeMap<String, String>> = ["en", "uk"]
        .into_iter()
        .map(|language| {
            let text = fs::read_to_string(root().join(format!("locales/{language}.ftl")))
                .expect("the translation file is read");
            (language, messages(&text))
        })
        .collect();
    let english: BTreeSet<&String> = catalogues["en"].keys().collect();
    let ukrainian: BTreeSet<&String> = catalogues["uk"].keys().collect();
    for (language, other, missing) in [
        ("uk", &english, english.difference(&ukrainian)),
        ("en", &ukrainian, ukrainian.difference(&english)),
    ] {
        let missing: Vec<_> = missing.collect();
        assert!(
            missing.is_empty(),
            "locales/{language}.ftl lacks {missing:?} of the other catalogue's {} messages",
            other.len()
        );
    }
    for (key, text) in &catalogues["uk"] {
        assert_eq!(
            variables_of(text),
            variables_of(&catalogues["en"][key]),
            "{key} has other variables in Ukrainian"
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
    let made = composed_keys(&sources);
    for key in &made {
        assert!(english.contains(key), "no catalogue has {key}");
    }
    for key in &english {
        let spoken = sources.contains(&format!("\"{key}\""));
        assert!(
            spoken || made.contains(*key),
            "no code or template uses the message {key}"
        );
    }
    for call in [
        "translator.text(\"",
        "translator.plural(\"",
        "translator.format(\"",
        "translator.format_all(\"",
        "translator.plural_with(\"",
    ] {
        for rest in sources.split(call).skip(1) {
            let key = rest.split('"').next().unwrap_or_default().to_owned();
            assert!(
                key.contains('{') || english.contains(&key),
                "no catalogue has {key}"
            );
        }
    }
}

/// Returns the message keys that the code composes from parts.
fn composed_keys(sources: &str) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for status in Status::ALL {
        for beginning in [
            "queue-",
            "queue-empty-",
            "queue-now-",
            "status-",
            "log-decided-",
            "queue-done-",
            "author-page-",
        ] {
            made.insert(format!("{beginning}{}", status.as_str()));
        }
        made.insert(format!("author-page-{}-explained", status.as_str()));
    }
    made.extend(["author-page-erased", "author-page-erased-explained"].map(str::to_owned));
    made.extend([Role::Moderator, Role::Editor, Role::Admin].map(|role| format!("role-{role}")));
    made.extend(["en", "uk"].map(|language| format!("language-{language}")));
    made.extend(
        ["theirs", "mine", "merged", "partly-merged", "conflict"]
            .map(|outcome| format!("editor-merge-{outcome}")),
    );
    made.extend(DateOrder::iter().map(|order| format!("date-order-{}", <&str>::from(order))));
    made.extend(HourCycle::iter().map(|hours| format!("hour-cycle-{}", <&str>::from(hours))));
    for kind in ["blocked", "unblocked"] {
        made.extend(["domain", "email", "network"].map(|what| format!("log-{kind}-{what}")));
    }
    made.extend(ReasonKind::iter().map(|kind| format!("reason-{}", kind.code())));
    made.extend(ReasonKind::iter().map(|kind| format!("kind-{}", kind.code())));
    made.extend(CommentAge::ALL.map(|age| format!("age-{}", age.code())));
    made.extend(ReasonKind::iter().map(|kind| format!("transparency-for-{}", kind.code())));
    made.extend(EntryKind::iter().map(|kind| format!("log-kind-{}", kind.code())));
    let shown = ReasonKind::iter().filter(|kind| kind.is_shown_to_author());
    made.extend(shown.map(|kind| format!("author-reason-{}", kind.code())));
    made.extend(TextShape::iter().map(|shape| format!("feature-{}", shape.code())));
    made.extend(
        DigestFrequency::ALL.map(|frequency| format!("digest-frequency-{}", frequency.as_str())),
    );
    for policy in CommenterPolicy::ALL {
        for beginning in [
            "commenter-done-",
            "commenter-now-",
            "commenter-policy-",
            "commenter-explained-",
        ] {
            made.insert(format!("{beginning}{}", policy.as_str()));
        }
    }
    made.extend(DraftReason::iter().map(|note| format!("note-{}", note.as_str())));
    // Pages of an error or a form given back: the code has the beginning, the page the rest.
    let quoted = sources.split('"').filter(|text| !text.contains(' '));
    for beginning in quoted {
        if beginning.starts_with("error-") && sources.contains(&format!("=> \"{beginning}\"")) {
            made.insert(format!("{beginning}-advice"));
        }
        let is_given = |before: &str| sources.contains(&format!("{before} \"{beginning}\""));
        if beginning.starts_with("resubmit-") && (is_given("=>") || is_given(" key:")) {
            made.extend(["title", "explained", "again"].map(|rest| format!("{beginning}-{rest}")));
        }
    }
    made
}

fn first_word(text: &str) -> String {
    text.trim()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect()
}

/// Returns the variables of a translated message, such as `$name` or `$count`.
fn variables_of(text: &str) -> BTreeSet<String> {
    text.split('$').skip(1).map(first_word).collect()
}

/// Returns the messages of a Fluent catalogue by key, each with its whole text including variants.
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

/// Returns whether a declaration sets one side that is not the same in both directions of writing.
fn is_physical(property: &str, value: &str) -> bool {
    let sides = ["left", "right"];
    let is_side = |text: &str| text.split(['-', ' ']).any(|part| sides.contains(&part));
    if sides.contains(&property) || property.split('-').any(|part| sides.contains(&part)) {
        return true;
    }
    match property {
        "text-align" | "float" | "clear" => is_side(value),
        "margin" | "padding" | "inset" | "border-width" => {
            let values: Vec<&str> = value.split_whitespace().collect();
            values.len() == 4 && values[1] != values[3]
        }
        _ => false,
    }
}

#[test]
fn style_sheets_name_no_side_that_depends_on_the_direction_of_writing() {
    let sheets = files("static", "css");
    assert!(sheets.len() >= 3);
    for (path, css) in sheets {
        for rule in css.split('}') {
            let (selector, declarations) = rule.rsplit_once('{').unwrap_or((rule, ""));
            // The side that an author chose for a text.
            if selector.contains(".align-") {
                continue;
            }
            for declaration in declarations.split(';') {
                let (property, value) = declaration.split_once(':').unwrap_or_default();
                assert!(
                    !is_physical(property.trim(), value.trim()),
                    "{}: {selector} {{ {declaration} }}: use -inline-start and -inline-end",
                    path.display()
                );
            }
        }
    }
}
