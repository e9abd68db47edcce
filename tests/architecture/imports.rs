//! Graph of imports between modules. Every path in a file is followed through `use` and re-exports to the file that
//! defines the item.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, ItemUse, Macro, UseTree};

/// Path of a module below the crate, such as `["web", "page"]`.
pub type ModulePath = Vec<String>;

/// Longest chain of re-exports that is followed to the definition of an item.
const MAX_REEXPORTS: usize = 8;

/// Parsed source files of a crate, without its tests.
pub struct Sources(BTreeMap<ModulePath, SourceFile>);

struct SourceFile {
    path: PathBuf,
    paths: PathCollector,
}

/// Collector of all paths that a source file names.
#[derive(Default)]
struct PathCollector {
    /// `use` declarations with their local names: `use a::b as c` is (["a", "b"], "c").
    uses: Vec<(Vec<String>, String)>,
    /// Paths in code that have at least two segments.
    inline: BTreeSet<Vec<String>>,
    has_sql: bool,
}

impl Sources {
    /// Parses source files. Their paths are relative to `src/`.
    pub fn parse(files: impl IntoIterator<Item = (PathBuf, String)>) -> Self {
        let files = files.into_iter().filter_map(|(path, text)| {
            let module = module_of(&path)?;
            let file = syn::parse_file(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let mut paths = PathCollector::default();
            paths.visit_file(&file);
            Some((module, SourceFile { path, paths }))
        });
        Self(files.collect())
    }

    pub fn modules(&self) -> impl Iterator<Item = &ModulePath> {
        self.0.keys()
    }

    pub fn files_with_sql(&self) -> impl Iterator<Item = &Path> {
        let files = self.0.values().filter(|file| file.paths.has_sql);
        files.map(|file| file.path.as_path())
    }

    /// Returns pairs of modules: the first contains a path to an item that the second defines.
    pub fn edges(&self) -> BTreeSet<(ModulePath, ModulePath)> {
        let mut edges = BTreeSet::new();
        for (module, file) in &self.0 {
            let uses = file.paths.uses.iter().map(|(path, _)| path);
            for path in uses.chain(&file.paths.inline) {
                let owner = self
                    .absolute(path, module, 0)
                    .and_then(|path| self.owner(&path, 0));
                if let Some(owner) = owner.filter(|owner| owner != module) {
                    edges.insert((module.clone(), owner));
                }
            }
        }
        edges
    }

    /// Returns the path from the crate's root to which `path` resolves in `module`. Returns `None` if it leads to another
    /// crate.
    fn absolute(&self, path: &[String], module: &[String], depth: usize) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => return Some([module, rest].concat()),
            "super" => {
                let parent = module.split_last()?.1;
                return match rest.first().map(String::as_str) {
                    Some("super") => self.absolute(rest, parent, depth),
                    _ => Some([parent, rest].concat()),
                };
            }
            _ => {}
        }
        let child = [module, std::slice::from_ref(first)].concat();
        if self.0.contains_key(&child) {
            return Some([&child, rest].concat());
        }
        // A name brought in by `use`.
        let uses = &self.0.get(module)?.paths.uses;
        let (target, _) = uses
            .iter()
            .find(|(target, alias)| alias == first && target.first() != Some(first))
            .filter(|_| depth < MAX_REEXPORTS)?;
        let target = self.absolute(target, module, depth + 1)?;
        Some([target.as_slice(), rest].concat())
    }

    /// Returns the module whose file defines the item at an absolute path. For the path of a module, returns that module.
    fn owner(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let length = (1..=path.len())
            .take_while(|length| self.0.contains_key(&path[..*length]))
            .last()?;
        let (module, rest) = path.split_at(length);
        // Naming a module is no import from its file; naming an item in it is.
        let (item, rest) = rest.split_first()?;
        let reexport = self.0[module]
            .paths
            .uses
            .iter()
            .find(|(_, alias)| alias == item)
            .filter(|_| depth < MAX_REEXPORTS)
            .and_then(|(target, _)| self.absolute(target, module, 0))
            .filter(|target| target.as_slice() != [module, std::slice::from_ref(item)].concat());
        match reexport {
            Some(target) => self.owner(&[target.as_slice(), rest].concat(), depth + 1),
            None => Some(module.to_vec()),
        }
    }
}

/// Returns the module path of a file: `["web", "page"]` for `web/page.rs`, `["web"]` for `web/mod.rs`. Returns `None` for
/// the crate's root files and for test files.
fn module_of(path: &Path) -> Option<ModulePath> {
    let parts = path.with_extension("");
    let mut module: ModulePath = parts
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    match module.last()?.as_str() {
        "mod" => {
            module.pop();
        }
        "lib" | "main" if module.len() == 1 => return None,
        "tests" => return None,
        _ => {}
    }
    Some(module)
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.meta.require_list().is_ok_and(|list| {
                list.tokens
                    .to_string()
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word == "test")
            })
    })
}

impl PathCollector {
    fn collect_use(&mut self, tree: &UseTree, prefix: &[String]) {
        let with = |name: String| [prefix, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.collect_use(&path.tree, &with(path.ident.to_string())),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.collect_use(tree, prefix);
                }
            }
            UseTree::Name(name) if name.ident == "self" => self.add_use(prefix.to_vec(), None),
            UseTree::Name(name) => self.add_use(with(name.ident.to_string()), None),
            UseTree::Rename(rename) if rename.ident == "self" => {
                self.add_use(prefix.to_vec(), Some(rename.rename.to_string()));
            }
            UseTree::Rename(rename) => self.add_use(
                with(rename.ident.to_string()),
                Some(rename.rename.to_string()),
            ),
            // The items behind a glob are unknown; its module is an import all the same.
            UseTree::Glob(_) => self.add_use(with("*".to_owned()), None),
        }
    }

    fn add_use(&mut self, path: Vec<String>, alias: Option<String>) {
        let alias = alias.or_else(|| path.last().cloned()).unwrap_or_default();
        self.uses.push((path, alias));
    }
}

impl<'ast> Visit<'ast> for PathCollector {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.collect_use(&item.tree, &[]);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        visit::visit_item_mod(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let is_sqlx = segments.first().is_some_and(|first| first == "sqlx");
        let is_query = |name: &String| name.starts_with("query") || name == "raw_sql";
        if segments.iter().any(|segment| segment == "QueryBuilder")
            || is_sqlx && segments.last().is_some_and(is_query)
        {
            self.has_sql = true;
        }
        if segments.len() > 1 {
            self.inline.insert(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        let name = item
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string());
        if name.is_some_and(|name| name.starts_with("query")) {
            self.has_sql = true;
        }
        visit::visit_macro(self, item);
        // Most macros take expressions, separated by commas; names in others are not seen.
        let arguments = item.parse_body_with(
            syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated,
        );
        for argument in arguments.into_iter().flatten() {
            let mut inner = Self::default();
            inner.visit_expr(&argument);
            self.inline.append(&mut inner.inline);
            self.has_sql |= inner.has_sql;
        }
    }
}

/// Returns groups of modules that all import each other directly or through other modules of the group.
pub fn circles(
    edges: impl IntoIterator<Item = (ModulePath, ModulePath)>,
) -> BTreeSet<BTreeSet<ModulePath>> {
    let mut after: BTreeMap<ModulePath, BTreeSet<ModulePath>> = BTreeMap::new();
    for (from, to) in edges {
        after.entry(from).or_default().insert(to);
    }
    let reached = |start: &ModulePath| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&ModulePath> = after.get(start).into_iter().flatten().collect();
        while let Some(module) = next.pop() {
            if reached.insert(module.clone()) {
                next.extend(after.get(module).into_iter().flatten());
            }
        }
        reached
    };
    let reached: BTreeMap<&ModulePath, BTreeSet<ModulePath>> = after
        .keys()
        .map(|module| (module, reached(module)))
        .collect();
    let in_circles = reached
        .iter()
        .filter(|(module, reached)| reached.contains(**module));
    in_circles
        .map(|(module, others)| {
            let others = others.iter().filter(|other| {
                reached
                    .get(other)
                    .is_some_and(|back| back.contains(*module))
            });
            others.cloned().collect()
        })
        .collect()
}
