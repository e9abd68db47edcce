//! List of all articles for editors.

use askama::Template;
use axum::response::{IntoResponse, Response};

use super::headlines::HeadlineQuery;
use super::model::{ArticleKind, ArticleStatus};
use super::store::staff_list::{self, ArticleRow};
use crate::accounts::Editor;
use crate::admin::{AdminLayout, AdminSection};
use crate::ids::ArticleId;
use crate::web::{Db, Page, Query, Result};

const ROWS_PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "articles/staff_list.html")]
struct StaffListPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    rows: Vec<ArticleRow>,
    /// Last article of this page, if there is a next page.
    older: Option<ArticleId>,
}

/// Shows a page of the list of all articles, in any state, newest first.
pub async fn show_articles(
    admin_layout: AdminLayout,
    _editor: Editor,
    mut db: Db,
    Query(query): Query<HeadlineQuery>,
) -> Result<Response> {
    let limit = i64::try_from(ROWS_PER_PAGE).expect("the page size fits i64");
    // The row too many only tells that there is a next page.
    let mut rows = staff_list::list(&mut db, query.before, limit + 1).await?;
    let has_more = rows.len() > ROWS_PER_PAGE;
    rows.truncate(ROWS_PER_PAGE);
    let older = rows.last().map(|row| row.id).filter(|_| has_more);
    Ok(Page(StaffListPage {
        admin_layout,
        section: AdminSection::Articles,
        rows,
        older,
    })
    .into_response())
}

impl StaffListPage {
    fn status(&self, row: &ArticleRow) -> ArticleStatus {
        ArticleStatus::new(row.state, row.published_at, self.admin_layout.layout.now)
    }
}
