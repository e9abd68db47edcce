//! What it was about: categories and tags become topics.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::plan::{self, decoded};
use super::report::Report;
use super::store;
use super::wxr::{ItemTerm, Term, TermKind};
use crate::articles::TopicKind;
use crate::text::{Slug, excerpt, markdown, typed};

/// Topics whose numbers are remembered: more than articles name again and again, and little memory.
const REMEMBERED: usize = 20_000;

/// Characters of what stands under a topic's name.
const DESCRIPTION_CHARS: usize = 1_000;

/// Topics met so far.
#[derive(Default)]
pub struct Topics {
    known: HashMap<(TopicKind, String), i64>,
    is_rehearsal: bool,
}

impl Topics {
    /// None yet.
    pub fn new(is_rehearsal: bool) -> Self {
        Self {
            known: HashMap::new(),
            is_rehearsal,
        }
    }

    /// The topic that an article names: one that the export has described before, usually.
    pub async fn find_or_insert(
        &mut self,
        db: &mut PgConnection,
        term: &ItemTerm,
        report: &mut Report,
    ) -> sqlx::Result<i64> {
        let old_name = old_name(&term.slug, &term.name);
        if let Some(id) = self.known.get(&(kind_of(term.kind), old_name)) {
            return Ok(*id);
        }
        self.put(db, term.kind, &term.slug, &term.name, None, report)
            .await
    }

    /// Keeps what the export says of a category or a tag.
    pub async fn describe(
        &mut self,
        db: &mut PgConnection,
        term: &Term,
        report: &mut Report,
    ) -> sqlx::Result<()> {
        let description = markdown::plain_of_html(&term.description);
        let description = excerpt::excerpt(&typed::lines(&description), DESCRIPTION_CHARS);
        self.put(
            db,
            term.kind,
            &term.slug,
            &term.name,
            Some(&description),
            report,
        )
        .await?;
        Ok(())
    }

    async fn put(
        &mut self,
        db: &mut PgConnection,
        kind: TermKind,
        slug: &str,
        name: &str,
        description: Option<&str>,
        report: &mut Report,
    ) -> sqlx::Result<i64> {
        let kind = kind_of(kind);
        let old_name = old_name(slug, name);
        let name = Some(plan::name(name))
            .filter(|name| !typed::is_blank(name))
            .unwrap_or_else(|| old_name.clone());
        let slug = Slug::parse(&old_name).unwrap_or_else(|| Slug::from_title(&old_name));
        if self.known.len() > REMEMBERED {
            self.known.clear();
        }
        let is_met = self.known.contains_key(&(kind, old_name.clone()));
        let found = store::find_topic(db, kind, &old_name, slug.as_str()).await?;
        let tally = &mut report.topics;
        let id = match found {
            Some(topic) => {
                // Of a category and a tag that share a slug, the one that was first names the topic.
                let description = description.unwrap_or(&topic.description);
                let is_changed =
                    topic.is_of_kind && (topic.name != name || topic.description != description);
                match (is_met, is_changed) {
                    (false, true) => tally.changed += 1,
                    (false, false) => tally.same += 1,
                    (true, _) => {}
                }
                if is_changed && !self.is_rehearsal {
                    store::change_topic(db, topic.id, &name, description).await?;
                }
                topic.id
            }
            None if self.is_rehearsal => {
                tally.new += u64::from(!is_met);
                0
            }
            None => {
                tally.new += 1;
                let description = description.unwrap_or_default();
                store::insert_topic(db, kind, slug.as_str(), &name, description).await?
            }
        };
        if !self.is_rehearsal {
            store::insert_old_topic(db, kind, &old_name, id).await?;
        }
        self.known.insert((kind, old_name), id);
        Ok(id)
    }
}

fn kind_of(kind: TermKind) -> TopicKind {
    match kind {
        TermKind::Category => TopicKind::Category,
        TermKind::Tag => TopicKind::Tag,
    }
}

/// The last part of its old address, decoded; its name where the export does not say.
fn old_name(slug: &str, name: &str) -> String {
    let slug = decoded(slug);
    plan::name(if slug.is_empty() { name } else { &slug })
}
