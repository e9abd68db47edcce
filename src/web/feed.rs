//! Parts shared by all RSS 2.0 feeds of the site.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rss::extension::atom::{AtomExtensionBuilder, Link};
use rss::{Channel, ChannelBuilder, Item};

use super::layout::Layout;
use crate::clock::Ts;
use crate::text::dates;

/// RSS feed as an HTTP response.
pub struct FeedResponse(pub Channel);

impl IntoResponse for FeedResponse {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")];
        (kind, self.0.to_string()).into_response()
    }
}

/// Builds the feed at `path`. `newest` is the time of the newest item and becomes the date of the feed.
pub fn build_channel(
    layout: &Layout,
    title: String,
    path: &str,
    newest: Option<Ts>,
    items: Vec<Item>,
) -> Channel {
    let self_link = Link {
        href: layout.absolute_url(path),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    // RSS requires a description (its specification, "Required channel elements"), and a tagline may be empty.
    let description = match layout.publication.tagline.as_str() {
        "" => &layout.publication.title,
        tagline => tagline,
    };
    ChannelBuilder::default()
        .title(title)
        .link(layout.absolute_url("/"))
        .description(description)
        .language(Some(layout.lang().to_owned()))
        .last_build_date(newest.map(dates::format_rfc2822))
        .atom_ext(Some(
            AtomExtensionBuilder::default()
                .links(vec![self_link])
                .build(),
        ))
        .items(items)
        .build()
}
