//! Entries: which element means what. Elements may come in any order, any may be missing, and unknown ones are passed
//! over.

use std::io::Read;

use super::markup::Space::{self, Content, Dc, Excerpt, Rss, Wp};
use super::xml::{Token, Xml};
use super::{Author, Comment, Entry, Error, ErrorKind, Item, ItemTerm, Term, TermKind};

/// WordPress's own fields that mean something to us.
const FIELDS: [&str; 4] = [
    "_thumbnail_id",
    "_wp_old_slug",
    "_wp_attachment_image_alt",
    "footnotes",
];
/// How the fields that our own exports write begin.
const OUR_FIELDS: &str = "_broadsheet_";

/// The entry whose tag was read, if it is one.
pub(super) fn read_opened<R: Read>(xml: &mut Xml<R>, space: Space) -> Result<Option<Entry>, Error> {
    Ok(match (space, xml.name()) {
        (Rss, "item") => Some(Entry::Item(read_item(xml)?)),
        (Wp, "author") => Some(Entry::Author(read_author(xml)?)),
        (Wp, "category") => Some(Entry::Term(read_category(xml)?)),
        (Wp, "tag") => Some(Entry::Term(read_tag(xml)?)),
        (Wp, "term") => read_term(xml)?.map(Entry::Term),
        _ => {
            xml.skip()?;
            None
        }
    })
}

fn read_author<R: Read>(xml: &mut Xml<R>) -> Result<Author, Error> {
    let mut author = Author::default();
    while let Token::Open(space) = xml.token(None)? {
        match (space, xml.name()) {
            (Wp, "author_login") => xml.word(&mut author.login)?,
            (Wp, "author_display_name") => xml.word(&mut author.display_name)?,
            (Wp, "author_first_name") => xml.word(&mut author.first_name)?,
            (Wp, "author_last_name") => xml.word(&mut author.last_name)?,
            _ => xml.skip()?,
        }
    }
    Ok(author)
}

fn read_category<R: Read>(xml: &mut Xml<R>) -> Result<Term, Error> {
    let mut term = Term::of(TermKind::Category);
    while let Token::Open(space) = xml.token(None)? {
        match (space, xml.name()) {
            (Wp, "category_nicename") => xml.word(&mut term.slug)?,
            (Wp, "cat_name") => xml.word(&mut term.name)?,
            (Wp, "category_description") => xml.word(&mut term.description)?,
            (Wp, "category_parent") => xml.word(&mut term.parent)?,
            _ => xml.skip()?,
        }
    }
    Ok(term)
}

fn read_tag<R: Read>(xml: &mut Xml<R>) -> Result<Term, Error> {
    let mut term = Term::of(TermKind::Tag);
    while let Token::Open(space) = xml.token(None)? {
        match (space, xml.name()) {
            (Wp, "tag_slug") => xml.word(&mut term.slug)?,
            (Wp, "tag_name") => xml.word(&mut term.name)?,
            (Wp, "tag_description") => xml.word(&mut term.description)?,
            _ => xml.skip()?,
        }
    }
    Ok(term)
}

/// A term of any taxonomy, or nothing where that is none of ours.
fn read_term<R: Read>(xml: &mut Xml<R>) -> Result<Option<Term>, Error> {
    let mut taxonomy = String::new();
    let mut term = Term::of(TermKind::Tag);
    while let Token::Open(space) = xml.token(None)? {
        match (space, xml.name()) {
            (Wp, "term_taxonomy") => xml.word(&mut taxonomy)?,
            (Wp, "term_slug") => xml.word(&mut term.slug)?,
            (Wp, "term_name") => xml.word(&mut term.name)?,
            (Wp, "term_description") => xml.word(&mut term.description)?,
            (Wp, "term_parent") => xml.word(&mut term.parent)?,
            _ => xml.skip()?,
        }
    }
    Ok(TermKind::parse(&taxonomy).map(|kind| Term { kind, ..term }))
}

fn read_item<R: Read>(xml: &mut Xml<R>) -> Result<Box<Item>, Error> {
    xml.begin_item();
    let mut item = Box::new(Item::at(xml.tag_at()));
    let mut word = String::new();
    let mut is_numbered = false;
    while let Token::Open(space) = xml.token(None)? {
        match (space, xml.name()) {
            (Rss, "title") => xml.word(&mut item.title)?,
            (Rss, "link") => xml.word(&mut item.link)?,
            (Dc, "creator") => xml.word(&mut item.creator)?,
            (Content, "encoded") => xml.text(&mut item.content)?,
            (Excerpt, "encoded") => xml.text(&mut item.excerpt)?,
            (Wp, "post_id") => {
                is_numbered = true;
                item.number = xml.number()?;
            }
            (Wp, "post_date") => xml.word(&mut item.date)?,
            (Wp, "post_date_gmt") => xml.word(&mut item.date_gmt)?,
            (Wp, "post_modified") => xml.word(&mut item.modified)?,
            (Wp, "post_modified_gmt") => xml.word(&mut item.modified_gmt)?,
            (Wp, "comment_status") => {
                xml.word(&mut word)?;
                item.comments_open = word == "open";
            }
            (Wp, "post_name") => xml.word(&mut item.slug)?,
            (Wp, "status") => xml.word(&mut item.status)?,
            (Wp, "post_type") => xml.word(&mut item.kind)?,
            (Wp, "post_parent") => item.parent = xml.number()?,
            (Wp, "post_password") => {
                xml.text(&mut word)?;
                item.password = !word.is_empty();
            }
            (Wp, "is_sticky") => item.sticky = xml.number()? == 1,
            (Wp, "attachment_url") => xml.word(&mut item.attachment_url)?,
            (Rss, "category") => item.terms.extend(read_item_term(xml)?),
            (Wp, "postmeta") => {
                let wanted = |key: &str| FIELDS.contains(&key) || key.starts_with(OUR_FIELDS);
                item.meta.extend(read_meta(xml, wanted)?);
            }
            (Wp, "comment") => item.comments.push(read_comment(xml)?),
            _ => xml.skip()?,
        }
    }
    xml.end_item();
    if is_numbered && item.number == 0 {
        return Err(ErrorKind::ItemNumber.at(item.at));
    }
    Ok(item)
}

fn read_item_term<R: Read>(xml: &mut Xml<R>) -> Result<Option<ItemTerm>, Error> {
    let Some(kind) = TermKind::parse(&xml.tag().domain) else {
        xml.skip()?;
        return Ok(None);
    };
    let mut term = ItemTerm {
        kind,
        slug: xml.tag().nicename.clone(),
        name: String::new(),
    };
    weighed::<ItemTerm, R, _>(xml, |xml| xml.word(&mut term.name))?;
    Ok(Some(term))
}

/// A field, if it is one of those wanted.
fn read_meta<R: Read>(
    xml: &mut Xml<R>,
    wanted: impl Fn(&str) -> bool,
) -> Result<Option<(String, String)>, Error> {
    let mut key = String::new();
    let mut value = String::new();
    while let Token::Open(space) = xml.token(None)? {
        match (space, xml.name()) {
            (Wp, "meta_key") => xml.word(&mut key)?,
            (Wp, "meta_value") if key.is_empty() || wanted(&key) => xml.text(&mut value)?,
            _ => xml.skip()?,
        }
    }
    Ok(wanted(&key).then_some((key, value)))
}

fn read_comment<R: Read>(xml: &mut Xml<R>) -> Result<Comment, Error> {
    weighed::<Comment, R, _>(xml, |xml| {
        let mut comment = Comment::default();
        while let Token::Open(space) = xml.token(None)? {
            match (space, xml.name()) {
                (Wp, "comment_id") => comment.number = xml.number()?,
                (Wp, "comment_author") => xml.word(&mut comment.author)?,
                (Wp, "comment_author_email") => xml.word(&mut comment.email)?,
                (Wp, "comment_author_url") => xml.word(&mut comment.url)?,
                (Wp, "comment_author_IP") => xml.word(&mut comment.from)?,
                (Wp, "comment_date") => xml.word(&mut comment.date)?,
                (Wp, "comment_date_gmt") => xml.word(&mut comment.date_gmt)?,
                (Wp, "comment_content") => xml.text(&mut comment.content)?,
                (Wp, "comment_approved") => xml.word(&mut comment.approved)?,
                (Wp, "comment_type") => xml.word(&mut comment.kind)?,
                (Wp, "comment_parent") => comment.parent = xml.number()?,
                (Wp, "commentmeta") => {
                    let ours = |key: &str| key.starts_with(OUR_FIELDS);
                    comment.meta.extend(read_meta(xml, ours)?);
                }
                _ => xml.skip()?,
            }
        }
        Ok(comment)
    })
}

/// Reads a part of an item, which counts for as much as a `T` takes in memory even where it is shorter in the file:
/// millions of empty comments would fill the memory otherwise.
fn weighed<T, R: Read, U>(
    xml: &mut Xml<R>,
    read: impl FnOnce(&mut Xml<R>) -> Result<U, Error>,
) -> Result<U, Error> {
    let began = xml.position().byte;
    let part = read(xml)?;
    let written = xml.position().byte - began;
    xml.weigh((size_of::<T>() as u64).saturating_sub(written));
    Ok(part)
}
