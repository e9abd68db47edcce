//! A page that is being made, and who waits for it.

use std::sync::Arc;

use tokio::sync::watch;

use super::address::Address;
use super::coding::Coding;
use super::finished::Finished;
use super::shelf::Shelf;

/// What came of a render that others wait for.
#[derive(Clone)]
pub enum Outcome {
    /// Nothing yet.
    Waits,
    /// A page for everyone.
    Kept(Arc<Finished>),
    /// A page that something was touched of meanwhile: right for whoever asked before it was begun, and not to be kept.
    Overtaken(Arc<Finished>),
    /// No page that is kept: each asks for their own.
    Own,
}

/// A render that others may wait for. Dropped without an end, it lets them try themselves.
pub struct Render {
    shelf: Arc<Shelf>,
    address: Address,
    /// Tags heard when it began.
    heard: u64,
    waiting: watch::Sender<Outcome>,
}

impl Render {
    /// Of the page at an address, begun when so many tags were heard; and how others hear what came of it.
    pub fn begin(
        shelf: Arc<Shelf>,
        address: Address,
        heard: u64,
    ) -> (Self, watch::Receiver<Outcome>) {
        let (waiting, outcome) = watch::channel(Outcome::Waits);
        let render = Self {
            shelf,
            address,
            heard,
            waiting,
        };
        (render, outcome)
    }

    /// The coding that is asked for.
    pub fn coding(&self) -> Coding {
        self.address.coding()
    }

    /// Whether the page is kept by what it is another for: this part of a query, or nothing.
    pub fn is_of(&self, reads: Option<&str>) -> bool {
        let part = self.address.part();
        part.is_none() || part == reads
    }

    /// Keeps the page, if it is still right, and hands it to those who wait.
    pub fn end(self, page: &Arc<Finished>) {
        let is_right = self.shelf.end_render(&self.address, page, self.heard);
        self.waiting.send_replace(match is_right {
            true => Outcome::Kept(page.clone()),
            false => Outcome::Overtaken(page.clone()),
        });
    }

    /// It is no page that is kept.
    pub fn give_up(self) {
        self.shelf.give_up_render(&self.address);
        self.waiting.send_replace(Outcome::Own);
    }
}

impl Drop for Render {
    fn drop(&mut self) {
        let is_told = !matches!(*self.waiting.borrow(), Outcome::Waits);
        if !is_told {
            self.shelf.give_up_render(&self.address);
        }
    }
}
