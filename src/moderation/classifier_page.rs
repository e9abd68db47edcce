//! The staff page of the spam score. It shows how many decisions the classifier was trained with and how accurate its
//! scores were, and has a form for the threshold from which comments go to spam without a moderator.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filter::QueueFilter;
use super::store;
use super::store::classifier_page::FalsePositive;
use crate::accounts::Admin;
use crate::admin::{AdminLayout, AdminSection};
use crate::app::App;
use crate::classifier::{self, MIN_EXAMPLES, ModelTotals, ThresholdReport, parse_threshold};
use crate::publication;
use crate::text::Language;
use crate::web::form::submit_or_recover;
use crate::web::request_id::RequestId;
use crate::web::{FieldErrors, FormFields, Layout, Page, Query, Result, redirect_after_post};

const PAGE_PATH: &str = "/admin/spam-score";
/// Number of decisions that the accuracy is computed from, the most recent ones.
const MAX_SCORED: i64 = 1_000;
/// Number of decisions below which the page warns that the accuracy may be due to chance.
const FEW_SCORED: usize = 100;
/// Largest number of false positives that the page lists.
const MAX_FALSE_POSITIVES: i64 = 50;
const EXCERPT_CHARS: usize = 160;
/// Threshold that the page evaluates if neither the URL nor the settings have one, in thousandths.
const DEFAULT_THRESHOLD: i32 = 950;

#[derive(Template)]
#[template(path = "moderation/classifier.html")]
struct ClassifierPage {
    admin_layout: AdminLayout,
    section: AdminSection,
    totals: ModelTotals,
    /// Number of approved and of refused comments that the classifier needs before it predicts anything, as text.
    min_examples: String,
    scored: usize,
    /// Evaluation of each threshold in the comparison table.
    reports: Vec<ThresholdReport>,
    /// Evaluation of the threshold that the moderator has chosen.
    chosen: ThresholdReport,
    /// Approved comments that the chosen threshold would have moved to spam.
    false_positives: Vec<FalsePositive>,
    form: ThresholdForm,
    saved: bool,
    /// Whether somebody else has saved the settings since the form was loaded.
    has_conflict: bool,
}

/// The threshold that the moderator entered, in per cent. 0 turns automatic decisions off.
struct ThresholdForm {
    from: String,
    version: i32,
    errors: FieldErrors,
}

#[derive(Deserialize)]
pub struct ClassifierQuery {
    /// The threshold to evaluate, in per cent, as the moderator entered it.
    from: Option<String>,
    saved: Option<u8>,
}

pub async fn show_classifier(
    State(app): State<App>,
    admin_layout: AdminLayout,
    _admin: Admin,
    Query(query): Query<ClassifierQuery>,
) -> Result<Response> {
    let form = ThresholdForm::from_settings(&admin_layout);
    let threshold = query.from.and_then(|typed| parse_threshold(&typed));
    let mut page = ClassifierPage::load(&app, admin_layout, form, threshold).await?;
    page.saved = query.saved.is_some();
    Ok(Page(page).into_response())
}

/// Saves the threshold, or only shows its evaluation, depending on the button.
pub async fn submit_threshold(
    State(app): State<App>,
    Extension(reference): Extension<RequestId>,
    admin: Result<Admin>,
    admin_layout: Result<AdminLayout>,
    fields: FormFields,
) -> Response {
    let work = async { save(&app, admin_layout?, &admin?, &fields).await };
    submit_or_recover(&app, reference, PAGE_PATH, &fields, work).await
}

async fn save(
    app: &App,
    admin_layout: AdminLayout,
    admin: &Admin,
    fields: &FormFields,
) -> Result<Response> {
    let translator = admin_layout.layout.translator;
    let mut form = ThresholdForm {
        from: fields.first("from").trim().to_owned(),
        version: fields.first("version").parse().unwrap_or_default(),
        errors: FieldErrors::default(),
    };
    let Some(threshold) = parse_threshold(&form.from) else {
        form.errors
            .push(translator, "from", "spam-filter-threshold-wrong");
        let page = ClassifierPage::load(app, admin_layout, form, None).await?;
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    if fields.is_ticked("try") {
        let page = ClassifierPage::load(app, admin_layout, form, Some(threshold)).await?;
        return Ok(Page(page).into_response());
    }
    let mut db = app.pool.begin().await?;
    // Settings are saved as a whole: a stale form would overwrite what somebody else has changed.
    if !publication::store::increment_version(&mut db, form.version).await? {
        db.rollback().await?;
        form.version = app.load_publication().await?.version;
        let mut page = ClassifierPage::load(app, admin_layout, form, Some(threshold)).await?;
        page.has_conflict = true;
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let mut settings = admin_layout.layout.publication.discussion.clone();
    settings.spam_threshold = threshold;
    publication::store::update_discussion(&mut db, &settings).await?;
    db.commit().await?;
    tracing::info!(account = %admin.id, threshold, "spam threshold changed");
    Ok(redirect_after_post(&format!("{PAGE_PATH}?saved=1")).into_response())
}

impl ThresholdForm {
    fn from_settings(admin_layout: &AdminLayout) -> Self {
        let publication = &admin_layout.layout.publication;
        Self {
            from: format_percent(&admin_layout.layout, publication.discussion.spam_threshold),
            version: publication.version,
            errors: FieldErrors::default(),
        }
    }
}

impl ClassifierPage {
    /// Loads the page. Evaluates `threshold` if it is given, otherwise the saved threshold, otherwise the default.
    async fn load(
        app: &App,
        admin_layout: AdminLayout,
        form: ThresholdForm,
        threshold: Option<i32>,
    ) -> Result<Self> {
        let mut db = app.pool.acquire().await?;
        let (state, _) = classifier::store::state::find_state_and_counts(&mut db, &[]).await?;
        let scored = classifier::store::scores::list_scored_decisions(&mut db, MAX_SCORED).await?;
        let saved = admin_layout.layout.publication.discussion.spam_threshold;
        // 0 turns automatic decisions off; a report on it would count every comment.
        let threshold = threshold.filter(|threshold| *threshold > 0);
        let threshold = threshold.unwrap_or(if saved > 0 { saved } else { DEFAULT_THRESHOLD });
        let min_score = f64::from(threshold) / 1_000.0;
        Ok(Self {
            false_positives: store::classifier_page::list_false_positives(
                &mut db,
                min_score,
                MAX_SCORED,
                MAX_FALSE_POSITIVES,
            )
            .await?,
            section: AdminSection::Discussion,
            totals: state.totals,
            min_examples: MIN_EXAMPLES.to_string(),
            scored: scored.len(),
            reports: ThresholdReport::THRESHOLDS
                .map(|from| ThresholdReport::evaluate(&scored, from))
                .to_vec(),
            chosen: ThresholdReport::evaluate(&scored, threshold),
            form,
            saved: false,
            has_conflict: false,
            admin_layout,
        })
    }

    fn has_few_scored(&self) -> bool {
        self.scored < FEW_SCORED
    }

    fn threshold(&self, report: &ThresholdReport) -> String {
        format_percent(&self.admin_layout.layout, report.threshold)
    }

    /// Formats the percentage of comments that the threshold would have moved to spam and moderators refused as well.
    fn precision(&self, report: &ThresholdReport) -> String {
        self.format_share(report.correct, report.precision())
    }

    /// Formats the percentage of refused comments that the threshold would have moved to spam.
    fn recall(&self, report: &ThresholdReport) -> String {
        self.format_share(report.correct, report.recall())
    }

    fn format_share(&self, count: i64, percent: Option<i64>) -> String {
        let translator = self.admin_layout.layout.translator;
        let Some(percent) = percent else {
            return translator.text("spam-filter-nothing");
        };
        let (count, percent) = (count.to_string(), percent.to_string());
        let values = [("number", count.as_str()), ("percent", percent.as_str())];
        translator.format_all("spam-filter-agreed-part", &values)
    }

    fn score(&self, comment: &FalsePositive) -> String {
        // Rounded down: 94.96 % must not look as if it had reached a threshold of 95 %.
        let thousandths = (f64::from(comment.score) * 1_000.0) as i32;
        format_percent(&self.admin_layout.layout, thousandths)
    }
}

impl FalsePositive {
    fn excerpt(&self) -> String {
        self.body_html.excerpt(EXCERPT_CHARS)
    }

    /// Returns the path of a queue page that lists the comments of the same author, including this one.
    fn queue_path(&self) -> String {
        let filter = QueueFilter {
            same_author_as: Some(self.id),
            ..QueueFilter::with_status(self.status)
        };
        format!("/admin/comments?{}#card-{}", filter.query(), self.id)
    }
}

/// Formats thousandths as per cent, with the decimal separator of the site's language.
fn format_percent(layout: &Layout, thousandths: i32) -> String {
    let percent = classifier::format_percent(thousandths);
    match layout.translator.language() {
        Language::English => percent,
        Language::Ukrainian => percent.replace('.', ","),
    }
}
