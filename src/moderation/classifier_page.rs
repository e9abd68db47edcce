//! What the site has learnt from its decisions, how often it was right, what it would have got wrong, and whether it may
//! decide by itself.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::filter::Filter;
use super::store::{self, Misjudged};
use crate::accounts::Admin;
use crate::admin::{Desk, Section, take_form};
use crate::app::App;
use crate::classifier::{self, LEAST_LESSONS, Learnt, Trial, per_cent, thousandths};
use crate::publication;
use crate::text::{Language, excerpt, markdown};
use crate::web::requests::Reference;
use crate::web::{Fields, Layout, Mistakes, Page, Query, Result, go_to};

const LEARNING: &str = "/admin/learning";
/// Decided comments that figures are about.
const LOOKED_AT: i64 = 1_000;
/// Below this, figures may be chance, and the page says so.
const FEW: usize = 100;
/// Comments of a rehearsal that are shown.
const SHOWN: i64 = 50;
/// Characters of a comment's beginning.
const BEGINNING: usize = 160;
/// In thousandths, what is rehearsed when nothing was chosen.
const REHEARSED: i32 = 950;

#[derive(Template)]
#[template(path = "moderation/learning.html")]
struct LearningPage {
    desk: Desk,
    section: Section,
    learnt: Learnt,
    /// Comments of each kind below which nothing is said.
    least: String,
    /// How many comments the figures are about.
    tested: usize,
    trials: Vec<Trial>,
    rehearsal: Trial,
    misjudged: Vec<Misjudged>,
    form: ThresholdForm,
    saved: bool,
    /// Someone else has saved meanwhile.
    overtaken: bool,
}

/// From when on the site decides by itself, as typed.
struct ThresholdForm {
    from: String,
    version: i32,
    mistakes: Mistakes,
}

/// What is to be rehearsed, and what the page is to say.
#[derive(Deserialize)]
pub struct Asked {
    from: Option<String>,
    saved: Option<u8>,
}

/// What was learnt, and what would have come of it.
pub async fn show_learning(
    State(app): State<App>,
    desk: Desk,
    _admin: Admin,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let form = ThresholdForm::of(&desk);
    let from = asked.from.and_then(|typed| thousandths(&typed));
    let mut page = LearningPage::make(&app, desk, form, from).await?;
    page.saved = asked.saved.is_some();
    Ok(Page(page).into_response())
}

/// Saves from when on the site decides by itself; or only shows what would have come of it.
pub async fn save_learning(
    State(app): State<App>,
    Extension(reference): Extension<Reference>,
    admin: Result<Admin>,
    desk: Result<Desk>,
    fields: Fields,
) -> Response {
    let work = async { save(&app, desk?, &admin?, &fields).await };
    take_form(&app, reference, LEARNING, &fields, work).await
}

async fn save(app: &App, desk: Desk, admin: &Admin, fields: &Fields) -> Result<Response> {
    let words = desk.layout.words;
    let mut form = ThresholdForm {
        from: fields.get("from").trim().to_owned(),
        version: fields.get("version").parse().unwrap_or_default(),
        mistakes: Mistakes::none(),
    };
    let Some(from) = thousandths(&form.from) else {
        form.mistakes.say(words, "from", "learning-threshold-wrong");
        let page = LearningPage::make(app, desk, form, None).await?;
        return Ok(Page(page).with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    if fields.is_ticked("try") {
        let page = LearningPage::make(app, desk, form, Some(from)).await?;
        return Ok(Page(page).into_response());
    }
    let mut db = app.pool.begin().await?;
    if !publication::store::begin_change(&mut db, form.version).await? {
        db.rollback().await?;
        form.version = app.publication().await?.version;
        let mut page = LearningPage::make(app, desk, form, Some(from)).await?;
        page.overtaken = true;
        return Ok(Page(page).with_status(StatusCode::CONFLICT));
    }
    let mut settings = desk.layout.publication.discussion.clone();
    settings.learned_spam_from = from;
    publication::store::change_discussion(&mut db, &settings).await?;
    db.commit().await?;
    tracing::info!(account = %admin.id, from, "changed from when on what was learnt decides");
    Ok(go_to(&format!("{LEARNING}?saved=1")).into_response())
}

impl ThresholdForm {
    fn of(desk: &Desk) -> Self {
        let publication = &desk.layout.publication;
        Self {
            from: shown(&desk.layout, publication.discussion.learned_spam_from),
            version: publication.version,
            mistakes: Mistakes::none(),
        }
    }
}

impl LearningPage {
    async fn make(app: &App, desk: Desk, form: ThresholdForm, from: Option<i32>) -> Result<Self> {
        let mut db = app.pool.acquire().await?;
        let (state, _) = classifier::store::seen(&mut db, &[]).await?;
        let tests = classifier::store::tests(&mut db, LOOKED_AT).await?;
        let now = desk.layout.publication.discussion.learned_spam_from;
        let from = from.filter(|from| *from > 0);
        let from = from.unwrap_or(if now > 0 { now } else { REHEARSED });
        let likelihood = f64::from(from) / 1_000.0;
        Ok(Self {
            misjudged: store::misjudged(&mut db, likelihood, LOOKED_AT, SHOWN).await?,
            section: Section::Discussion,
            learnt: state.learnt,
            least: LEAST_LESSONS.to_string(),
            tested: tests.len(),
            trials: Trial::FROM.map(|from| Trial::of(&tests, from)).to_vec(),
            rehearsal: Trial::of(&tests, from),
            form,
            saved: false,
            overtaken: false,
            desk,
        })
    }

    /// How many comments the figures are about.
    fn tested(&self) -> i64 {
        i64::try_from(self.tested).unwrap_or(i64::MAX)
    }

    fn is_unsure(&self) -> bool {
        self.tested < FEW
    }

    /// A likelihood from which the site might decide.
    fn from(&self, trial: &Trial) -> String {
        shown(&self.desk.layout, trial.from)
    }

    /// How many moderators refused of what would have been refused.
    fn agreed(&self, trial: &Trial) -> String {
        self.part(trial.agreed, trial.precision())
    }

    /// How much of what moderators refused would have been.
    fn found(&self, trial: &Trial) -> String {
        self.part(trial.agreed, trial.recall())
    }

    fn part(&self, count: i64, per_cent: Option<i64>) -> String {
        let words = self.desk.layout.words;
        let Some(per_cent) = per_cent else {
            return words.say("learning-nothing");
        };
        let (count, percent) = (count.to_string(), per_cent.to_string());
        let values = [("number", count.as_str()), ("percent", percent.as_str())];
        words.with_all("learning-agreed-part", &values)
    }

    /// How likely a comment seemed to be refused.
    fn likely(&self, one: &Misjudged) -> String {
        // Rounded down, so that it never seems to have been more than it was.
        let thousandths = (f64::from(one.score) * 1_000.0) as i32;
        shown(&self.desk.layout, thousandths)
    }
}

impl Misjudged {
    fn beginning(&self) -> String {
        let words = markdown::words_of_html(self.body_html.as_str());
        excerpt::excerpt(&words, BEGINNING)
    }

    /// Where the comment is at the desk: among what its author wrote.
    fn at_the_desk(&self) -> String {
        let filter = Filter {
            person: Some(self.id),
            ..Filter::of(self.status)
        };
        format!("/admin/comments?{}#card-{}", filter.query(), self.id)
    }
}

/// Thousandths as per cent, as the site's language writes them.
fn shown(layout: &Layout, thousandths: i32) -> String {
    let per_cent = per_cent(thousandths);
    match layout.words.language() {
        Language::English => per_cent,
        Language::Ukrainian => per_cent.replace('.', ","),
    }
}
