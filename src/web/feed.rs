//! What every feed of ours begins with (RSS 2.0).

use axum::http::header;
use axum::response::{IntoResponse, Response};
use rss::extension::atom::{AtomExtensionBuilder, Link};
use rss::{Channel, ChannelBuilder, Item};

use super::layout::Layout;
use crate::clock::Ts;
use crate::text::dates;

/// A feed as an answer.
pub struct Feed(pub Channel);

impl IntoResponse for Feed {
    fn into_response(self) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")];
        (kind, self.0.to_string()).into_response()
    }
}

/// A feed of this name at this path, of these items, the newest of which is from then.
pub fn channel(
    layout: &Layout,
    title: String,
    path: &str,
    newest: Option<Ts>,
    items: Vec<Item>,
) -> Channel {
    let own_address = Link {
        href: layout.absolute(path),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    // RSS asks for a description (its specification, "Required channel elements"), and a tagline may be empty.
    let description = match layout.publication.tagline.as_str() {
        "" => &layout.publication.title,
        tagline => tagline,
    };
    ChannelBuilder::default()
        .title(title)
        .link(layout.absolute("/"))
        .description(description)
        .language(Some(layout.lang().to_owned()))
        .last_build_date(newest.map(dates::rfc2822))
        .atom_ext(Some(
            AtomExtensionBuilder::default()
                .links(vec![own_address])
                .build(),
        ))
        .items(items)
        .build()
}
