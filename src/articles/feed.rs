//! The feed of new articles, as RSS 2.0.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rss::extension::atom::{AtomExtensionBuilder, Link};
use rss::{ChannelBuilder, GuidBuilder, ItemBuilder};
use url::Url;

use super::store::{self, Headline};
use crate::app::App;
use crate::publication::Publication;
use crate::text::{dates, markdown};
use crate::web::{Db, Layout, Result};

/// Articles in the feed: enough for a reader that looks once a day at a busy newsroom.
const ITEMS: i64 = 30;

/// The newest articles, whole.
pub async fn show_feed(State(app): State<App>, layout: Layout, mut db: Db) -> Result<Response> {
    let headlines = store::newest(&mut db, None, ITEMS, app.clock.now()).await?;
    drop(db);
    let own_address = Link {
        href: layout.absolute("/feed.xml"),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    let channel = ChannelBuilder::default()
        .title(layout.publication.title.clone())
        .link(layout.absolute("/"))
        .description(description(&layout.publication))
        .language(Some(layout.lang().to_owned()))
        .last_build_date(
            headlines
                .first()
                .map(|newest| dates::rfc2822(newest.published_at)),
        )
        .atom_ext(Some(
            AtomExtensionBuilder::default()
                .links(vec![own_address])
                .build(),
        ))
        .items(
            headlines
                .iter()
                .map(|headline| item(&layout, headline))
                .collect::<Vec<_>>(),
        )
        .build();
    Ok((
        [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")],
        channel.to_string(),
    )
        .into_response())
}

/// RSS asks for one (its specification, "Required channel elements"), and a tagline may be empty.
fn description(publication: &Publication) -> String {
    if publication.tagline.is_empty() {
        publication.title.clone()
    } else {
        publication.tagline.clone()
    }
}

fn escaped(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|escaped| escaped.to_string())
        .expect("a String takes any text")
}

fn item(layout: &Layout, headline: &Headline) -> rss::Item {
    let address = layout.absolute(&headline.path);
    let page = Url::parse(&address).expect("the public address and a path make an address");
    // An article's number stays when its address changes, so a reader never sees it twice.
    let guid = GuidBuilder::default()
        .value(format!("{}#article-{}", layout.absolute("/"), headline.id))
        .permalink(false)
        .build();
    ItemBuilder::default()
        .title(Some(headline.title.clone()))
        .link(Some(address))
        .guid(Some(guid))
        .pub_date(Some(dates::rfc2822(headline.published_at)))
        // Readers take it for HTML, so what stands in it as text is escaped.
        .description(Some(escaped(&headline.teaser())))
        .content(Some(
            markdown::abroad(&headline.body_html, &page).to_string(),
        ))
        .build()
}
