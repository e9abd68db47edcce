//! Finished public pages, kept as compressed bytes and dropped the moment the database says they changed.
//!
//! [`Site`] stands in front of the router. What a handler says one may [`Keep`] is rendered and made smaller once for each
//! coding that is asked for, and handed out as bytes from then on. Each kept page has [`Tag`]s: what it shows. Triggers
//! (`migrations/0024_pages.sql`) tell every node what a transaction touched, whoever wrote it, and exactly the pages that show
//! it are dropped.
//!
//! Whoever reads requests off a connection asks [`Site::answer_at_once`] first, which never waits, and may send the
//! [`Answer`] as it lies there: a [`Message`] of HTTP/1.1, as bytes or as a file of them.
//!
//! Nothing is kept that might be wrong:
//!
//! - A page is kept only while somebody listens, and only if nothing that it shows was touched since its render began.
//! - Whoever came after a change gets no page whose render began before it.
//! - The answer to a write goes out once this node has heard what that write touched, unless it says that this is nothing.
//! - Without a listener nothing is right any more, as long as the database is there to be changed. While it is away, pages
//!   are served as they last were known.

mod address;
mod books;
mod coding;
mod figures;
mod finished;
mod headers;
mod keep;
mod listener;
mod message;
mod render;
mod sheet;
mod shelf;
mod site;

pub use figures::serve_figures;
pub use finished::Answer;
pub use keep::{Keep, Tag, Unseen, next_article};
pub use message::Message;
pub use sheet::Leaf;
pub use site::{Answered, Site};
