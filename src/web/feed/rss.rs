//! RSS 2.0, with the author as `dc:creator` and the whole text as `content:encoded`.

use rss::extension::atom::{AtomExtensionBuilder, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, ChannelBuilder, Guid, Item, ItemBuilder};

use super::{Feed, FeedFormat, FeedItem, describe_site};
use crate::text::dates;
use crate::web::layout::Layout;

pub(super) fn write(feed: &Feed, layout: &Layout) -> String {
    build_channel(feed, layout).to_string()
}

fn build_channel(feed: &Feed, layout: &Layout) -> Channel {
    let self_link = Link {
        href: layout.absolute_url(&feed.path(FeedFormat::Rss)),
        rel: "self".to_owned(),
        mime_type: Some("application/rss+xml".to_owned()),
        ..Link::default()
    };
    ChannelBuilder::default()
        .title(feed.title.clone())
        .link(layout.absolute_url(&feed.page_path))
        .description(describe_site(layout))
        .language(Some(layout.lang().to_owned()))
        .last_build_date(feed.updated_at().map(dates::format_rfc2822))
        .atom_ext(Some(
            AtomExtensionBuilder::default()
                .links(vec![self_link])
                .build(),
        ))
        .items(feed.items.iter().map(build_item).collect::<Vec<_>>())
        .build()
}

fn build_item(item: &FeedItem) -> Item {
    let guid = Guid {
        value: item.guid.clone(),
        // Even if it looks like a URL: it is an id, and nothing need be there.
        permalink: false,
    };
    let topics = item.topics.iter().map(|name| Category {
        name: name.clone(),
        domain: None,
    });
    let author = DublinCoreExtension {
        creators: vec![item.author.name.clone()],
        ..DublinCoreExtension::default()
    };
    ItemBuilder::default()
        .title(Some(item.title.clone()))
        .link(Some(item.url.clone()))
        .guid(Some(guid))
        .pub_date(Some(dates::format_rfc2822(item.published_at)))
        .dublin_core_ext(Some(author))
        .categories(topics.collect::<Vec<_>>())
        .comments(item.comments_url.clone())
        // Feed readers take a description for HTML, so plain text has to be escaped.
        .description(item.summary.as_deref().map(escape_html))
        .content(Some(item.html.clone()))
        .build()
}

fn escape_html(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html)
        .map(|escaped| escaped.to_string())
        .expect("writing to a String does not fail")
}
