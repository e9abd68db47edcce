//! An import from beginning to end. Two readings, three hands: one reads, one makes HTML of what was read, one keeps it in
//! the database, a batch a transaction, each at work on another batch.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::files::Inputs;
use super::keep::Keeper;
use super::make::{Maker, Ready};
use super::moved::{Moved, known_as};
use super::people::{Authors, Commenters};
use super::plan;
use super::report::{Report, Tally};
use super::second_reading::{self, Batch};
use super::store::{self, Upload};
use super::survey::{Survey, Surveyed, address_of};
use super::topics::Topics;
use crate::clock::Clock;
use crate::crypto::Keys;
use crate::publication::{self, Publication};
use crate::text::{Language, dates};

/// How an import is to go.
pub struct Options {
    /// Write nothing.
    pub rehearse: bool,
    /// The old site's uploads folder.
    pub uploads: Option<PathBuf>,
    /// Our own media folder.
    pub media: PathBuf,
    /// The old site's time zone, for dates that are not in UTC.
    pub zone: Option<TimeZone>,
    /// The address of this site.
    pub base: String,
}

/// Hears how an import goes on.
pub trait Listener: Send + Sync {
    /// An earlier import of the same files was cut off after it kept so many; this one goes on where it stopped.
    fn goes_on(&self, kept: i64, since: &str);
    /// So many articles and pages were found.
    fn found(&self, articles: u64);
    /// So many more of them are done.
    fn done(&self, articles: u64);
}

/// One export in the second reading.
pub(super) struct Export {
    /// The site in the database; below zero where a rehearsal meets a new one.
    pub(super) site_id: i32,
    /// Its own time zone, if it or whoever runs the import says so.
    pub(super) zone: Option<TimeZone>,
    /// Where its addresses lead now.
    pub(super) moved: Moved,
    /// Its uploads, where a rehearsal has kept them out of the database.
    pub(super) uploads: Option<Vec<Upload>>,
}

/// Imports everything in `inputs`. Of two imports at once, the second is told to wait.
pub async fn import(
    pool: &PgPool,
    keys: &Keys,
    clock: &Clock,
    inputs: Inputs,
    options: Options,
    listener: &dyn Listener,
) -> anyhow::Result<Report> {
    // Connections of our own: what is set on them ends with them.
    let mut db = pool.acquire().await?.detach();
    let lookups = pool.acquire().await?.detach();
    let imported = import_over(&mut db, lookups, keys, clock, inputs, options, listener).await;
    // Whoever imports next need not wait until the database notices.
    let _ = db.close().await;
    imported.map_err(|error| {
        // Where it stopped among articles, that has been told.
        if error.is::<sqlx::Error>() && !error.is::<Stopped>() {
            error.context(
                "the database failed; what is kept stays, and the same command goes on from there",
            )
        } else {
            error
        }
    })
}

/// It stopped among articles.
#[derive(Debug, thiserror::Error)]
#[error(
    "the import stopped; {kept} articles and pages are kept, and the same command goes on from there"
)]
struct Stopped {
    kept: u64,
}

async fn import_over(
    db: &mut PgConnection,
    lookups: PgConnection,
    keys: &Keys,
    clock: &Clock,
    inputs: Inputs,
    options: Options,
    listener: &dyn Listener,
) -> anyhow::Result<Report> {
    become_the_importer(db).await?;
    let sources = inputs.described();
    let (survey, uploads, inputs) = survey(db, keys, inputs, options.rehearse).await?;
    refuse_what_is_here(db, &survey, &options.base).await?;
    let publication = begin(db, keys, &survey, options.rehearse).await?;
    listener.found(survey.articles);
    let import_id = journal(db, &sources, clock, options.rehearse, listener).await?;
    let nobody = publication.title.clone();
    let mut keeper = Keeper {
        keys,
        publication: &publication,
        site_id: 0,
        import_id,
        now: clock.now(),
        authors: Authors::new(&nobody, clock.now(), options.rehearse),
        topics: Topics::new(options.rehearse),
        commenters: Commenters::default(),
        rehearsal: options.rehearse.then(Default::default),
    };
    let mut report = Report {
        is_rehearsal: options.rehearse,
        ..Report::default()
    };
    let exports = describe(db, &mut keeper, survey, uploads, &options, &mut report).await?;
    let exports = Arc::new(exports);
    let maker = Maker::new(
        keys.clone(),
        publication.words(),
        exports.clone(),
        import_id,
    );
    let zone = publication.zone.clone();
    let (read, found) = channel::<Batch>(1);
    let (made, ready) = channel::<Ready>(1);
    let reading = spawn_blocking({
        let (keys, exports) = (keys.clone(), exports.clone());
        move || second_reading::read(inputs, &keys, &exports, &zone, &read)
    });
    let making = tokio::spawn(make_all(maker, lookups, found, made));
    let kept = keep_all(db, &mut keeper, &exports, ready, &mut report, listener).await;
    // Whoever stopped first says why; the others only stopped with them.
    let ended = kept.and(making.await.context("making articles")?).and(
        reading
            .await
            .context("reading the files")?
            .map_err(Into::into),
    );
    if let Err(cause) = ended {
        let kept = report.articles.new + report.pages.new + report.kept_before;
        return Err(cause.context(Stopped { kept }));
    }
    if !options.rehearse {
        let mut db = db.begin().await?;
        for export in exports.iter() {
            store::insert_upload_paths(&mut db, export.site_id).await?;
        }
        store::insert_remembered_paths(&mut db).await?;
        store::finish_import(&mut db, import_id, clock.now()).await?;
        db.commit().await?;
    }
    for export in exports.iter() {
        tell_media(&export.moved, &mut report);
    }
    Ok(report)
}

/// How long an import that was just killed may hold on to its lock.
const LETS_GO: Duration = Duration::from_secs(5);

/// Keeps every import away until this connection ends: what one seals, it seals with the key it began with.
pub async fn become_the_importer(db: &mut PgConnection) -> anyhow::Result<()> {
    let deadline = Instant::now() + LETS_GO;
    while !store::become_the_importer(db).await? {
        if Instant::now() > deadline {
            bail!(
                "an import or a key rotation is running on this database; wait until it has ended"
            );
        }
        sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Uploads as a rehearsal remembers them, by site.
type Remembered = HashMap<String, Vec<Upload>>;

/// The first reading. What it says of uploads is written as it comes, and stays only if every file was whole; a
/// rehearsal remembers it.
async fn survey(
    db: &mut PgConnection,
    keys: &Keys,
    mut inputs: Inputs,
    is_rehearsal: bool,
) -> anyhow::Result<(Survey, Remembered, Inputs)> {
    let (sender, mut uploads) = channel::<(String, Vec<Upload>)>(1);
    let keys = keys.clone();
    let reading = spawn_blocking(move || {
        let survey = Survey::of(&mut inputs, &keys, |site, uploads| {
            // Where nobody listens any more, the database is away, and that is told.
            let _ = sender.blocking_send((site.to_owned(), uploads));
        });
        (survey, inputs)
    });
    let mut remembered = Remembered::new();
    let mut db = db.begin().await?;
    while let Some((site, uploads)) = uploads.recv().await {
        if is_rehearsal {
            remembered.entry(site).or_default().extend(uploads);
        } else {
            let site_id = site_id(&mut db, &site, false).await?;
            store::put_uploads(&mut db, site_id, &uploads).await?;
        }
    }
    let (survey, inputs) = reading.await.context("reading the files")?;
    // Dropped, the transaction takes everything back.
    let survey = survey.context("nothing was imported, since not every file is whole")?;
    db.commit().await?;
    Ok((survey, remembered, inputs))
}

/// The number of a site; of a new one, made now. A rehearsal makes none.
async fn site_id(db: &mut PgConnection, address: &str, is_rehearsal: bool) -> sqlx::Result<i32> {
    match store::find_site(db, address).await? {
        Some(id) => Ok(id),
        None if is_rehearsal => Ok(0),
        None => store::insert_site(db, address).await,
    }
}

/// An export of this very site brings nothing back into it: what was written here would stand there twice. Into an empty
/// database it does, and goes on doing so if it was cut off.
async fn refuse_what_is_here(
    db: &mut PgConnection,
    survey: &Survey,
    base: &str,
) -> anyhow::Result<()> {
    let own = known_as(base);
    let is_own = survey
        .exports
        .iter()
        .any(|export| export.site.time_zone.is_some() && address_of(&export.site) == own);
    if is_own
        && publication::store::find(db).await?.is_some()
        && !store::has_articles_of(db, &own).await?
    {
        bail!(
            "this is an export of this very site, whose articles are here; it can be imported into an empty database"
        );
    }
    Ok(())
}

/// The publication that is there; where nothing is, one named and set up like the old site. Leaves room for the old
/// site's numbers.
async fn begin(
    db: &mut PgConnection,
    keys: &Keys,
    survey: &Survey,
    is_rehearsal: bool,
) -> anyhow::Result<Publication> {
    let mut db = db.begin().await?;
    let publication = match publication::store::find(&mut db).await? {
        Some(publication) if !keys.use_key(&publication.key_id) => {
            bail!("this database is sealed with another secret key; put the right one in place")
        }
        Some(publication) => publication,
        None => {
            let publication = publication_of(keys, survey);
            if !is_rehearsal {
                publication::store::insert(&mut db, &publication).await?;
            }
            publication
        }
    };
    if !is_rehearsal {
        store::make_room(&mut db, survey.highest_article, survey.highest_comment).await?;
    }
    db.commit().await?;
    Ok(publication)
}

fn publication_of(keys: &Keys, survey: &Survey) -> Publication {
    let mut publication = Publication::new(&keys.id());
    let Some(Surveyed { site, .. }) = survey.exports.first() else {
        return publication;
    };
    let title = plan::name(&site.title);
    if !title.is_empty() {
        publication.title = title;
    }
    publication.tagline = plan::name(&site.description);
    let language = site.language.split(['-', '_']).next().unwrap_or_default();
    publication.language = Language::parse(language).unwrap_or_default();
    if let Some(zone) = site.time_zone.as_deref().and_then(dates::zone) {
        publication.zone = zone;
    }
    let said = site.permalink.as_deref().and_then(|said| said.parse().ok());
    if let Some(permalink) = said.or_else(|| survey.permalink()) {
        publication.permalink = permalink;
    }
    publication
}

/// Begins a run in the journal, or takes up one of the same files that was cut off. Gives its number.
async fn journal(
    db: &mut PgConnection,
    sources: &str,
    clock: &Clock,
    is_rehearsal: bool,
    listener: &dyn Listener,
) -> anyhow::Result<i64> {
    if is_rehearsal {
        return Ok(0);
    }
    if let Some(cut_off) = store::find_cut_off(db, sources).await? {
        listener.goes_on(cut_off.kept, &cut_off.started_at.rfc3339());
        return Ok(cut_off.id);
    }
    Ok(store::insert_import(db, sources, clock.now()).await?)
}

/// Keeps what each export says before its first article: who wrote there, and about what.
async fn describe(
    db: &mut PgConnection,
    keeper: &mut Keeper<'_>,
    survey: Survey,
    mut uploads: Remembered,
    options: &Options,
    report: &mut Report,
) -> anyhow::Result<Vec<Export>> {
    let mut exports = Vec::new();
    let mut rehearsed: HashMap<String, i32> = HashMap::new();
    let mut db = db.begin().await?;
    for surveyed in survey.exports {
        let address = address_of(&surveyed.site);
        let mut site_id = site_id(&mut db, &address, options.rehearse).await?;
        if site_id == 0 {
            // As many new sites as a rehearsal meets, none is another.
            let next = -1 - i32::try_from(rehearsed.len()).unwrap_or(i32::MAX - 1);
            site_id = *rehearsed.entry(address.clone()).or_insert(next);
        }
        report.sources.push(format!(
            "{}: WXR {} of {address}",
            surveyed.name, surveyed.site.version
        ));
        for author in surveyed.authors {
            let login = author.login.clone();
            keeper.authors.describe(site_id, author);
            keeper
                .authors
                .find_or_insert(&mut db, keeper.keys, site_id, &login, report)
                .await?;
        }
        for term in &surveyed.terms {
            keeper.topics.describe(&mut db, term, report).await?;
        }
        let named = surveyed.site.time_zone.as_deref().and_then(dates::zone);
        exports.push(Export {
            site_id,
            zone: options.zone.clone().or(named),
            moved: Moved::new(
                &address,
                options.uploads.clone(),
                options.media.clone(),
                options.rehearse,
            ),
            uploads: options
                .rehearse
                .then(|| uploads.remove(&address).unwrap_or_default()),
        });
    }
    if options.rehearse {
        db.rollback().await?;
    } else {
        db.commit().await?;
    }
    Ok(exports)
}

async fn make_all(
    maker: Maker,
    mut lookups: PgConnection,
    mut found: Receiver<Batch>,
    made: Sender<Ready>,
) -> anyhow::Result<()> {
    while let Some(batch) = found.recv().await {
        let ready = maker.make(&mut lookups, batch).await?;
        if made.send(ready).await.is_err() {
            // Whoever keeps has stopped, and says why.
            break;
        }
    }
    Ok(())
}

async fn keep_all(
    db: &mut PgConnection,
    keeper: &mut Keeper<'_>,
    exports: &[Export],
    mut ready: Receiver<Ready>,
    report: &mut Report,
    listener: &dyn Listener,
) -> anyhow::Result<()> {
    while let Some(batch) = ready.recv().await {
        keeper.site_id = exports[batch.export].site_id;
        let mut of_batch = batch.report;
        let mut transaction = db.begin().await?;
        keeper
            .meet(
                &mut transaction,
                &batch.authors,
                &batch.terms,
                &mut of_batch,
            )
            .await?;
        keeper
            .keep(&mut transaction, batch.articles, &mut of_batch)
            .await?;
        transaction.commit().await?;
        report.add(of_batch);
        listener.done(batch.done);
    }
    Ok(())
}

fn tell_media(moved: &Moved, report: &mut Report) {
    let (copied, same, left, missing) = moved.told();
    report.media_left += left;
    report.media.add(Tally {
        new: copied,
        same,
        skipped: missing.total,
        ..Tally::default()
    });
    report.missing_media.append(missing);
}
