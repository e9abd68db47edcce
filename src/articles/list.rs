//! All articles, for those who write them.

use askama::Template;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::model::{Kind, Standing};
use super::store::{self, Row};
use crate::accounts::Editor;
use crate::admin::{AdminLayout, AdminSection};
use crate::ids::ArticleId;
use crate::web::{Db, Page, Query, Result};

/// Rows on one page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "articles/list.html")]
struct ListPage {
    desk: AdminLayout,
    section: AdminSection,
    rows: Vec<Row>,
    older: Option<ArticleId>,
}

/// Where the page begins.
#[derive(Deserialize)]
pub struct Asked {
    before: Option<ArticleId>,
}

/// The list of articles.
pub async fn show_articles(
    desk: AdminLayout,
    _editor: Editor,
    mut db: Db,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let limit = i64::try_from(ROWS).expect("fifty fits");
    let mut rows = store::rows(&mut db, asked.before, limit + 1).await?;
    let has_more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().map(|row| row.id).filter(|_| has_more);
    Ok(Page(ListPage {
        desk,
        section: AdminSection::Articles,
        rows,
        older,
    })
    .into_response())
}

impl ListPage {
    fn standing(&self, row: &Row) -> Standing {
        Standing::of(row.state, row.published_at, self.desk.layout.now)
    }
}
