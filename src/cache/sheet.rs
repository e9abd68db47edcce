//! Answers in files that lie in memory. From a file the system hands bytes on as they lie (sendfile(2), Linux), where it
//! copies ours for every answer; so an answer that many ask for in one second is laid out for that second, its date with it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, Weak};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::sendfile::sendfile;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of the smallest answer that is laid out: fewer are copied as fast as they are looked up.
const LEAST: usize = 4 * 1024;
/// Bytes of the largest. An article with fifty replies has half of that.
const MOST: usize = 32 * 1024;
/// How often a page is asked for in a second before it is laid out: a file takes 10 µs to make, and saves about half of one
/// for each answer.
const OFTEN: usize = 20;
/// How often before it is laid out in copies, which takes some 20 µs, and saves about 0.3 for each answer.
const VERY_OFTEN: usize = 1000;
/// So many. The system counts who still needs a piece of memory that is being sent: up where it is sent, down where it was
/// taken, and a count that two processors change by turns is slow. With copies they are seldom at the same one, which makes
/// 1.03 as many answers.
const COPIES: usize = 4;
/// Answers from one copy, until it is the next one's turn: of 16, 32, 64 and 128 the best for 64 connections.
const IN_A_ROW: usize = 16;
/// Bytes of a piece of memory: a copy begins at the start of one.
const PIECE: usize = 4096;
/// Copies at one time, those included that somebody still takes, and so files at most: a system that allows few has to have
/// some left for connections.
const PLACES: usize = 500;

/// An answer in a file, once or several times.
pub struct Sheet {
    /// The file.
    pub file: File,
    /// Bytes of the answer.
    pub length: usize,
    copies: usize,
    _places: OwnedSemaphorePermit,
}

/// The answer as it stands in one place of its file.
pub struct Leaf {
    /// The answer.
    pub sheet: Arc<Sheet>,
    /// Bytes of the file before it.
    pub from: usize,
}

/// Room for such files, and those of this second.
pub struct Sheets {
    places: Arc<Semaphore>,
    latest: Mutex<Latest>,
}

#[derive(Default)]
struct Latest {
    second: i64,
    sheets: Vec<Arc<Sheet>>,
}

/// How much a page is asked for.
#[derive(Default)]
pub struct Demand(Mutex<Tally>);

#[derive(Default)]
struct Tally {
    second: i64,
    times: usize,
    sheet: Weak<Sheet>,
}

impl Sheets {
    /// Bytes that all of them take at most.
    pub const MOST_BYTES: u64 = (PLACES * MOST) as u64;

    /// For files of so many bytes in all.
    pub fn of(bytes: u64) -> Self {
        let mut places = usize::try_from(bytes.min(Self::MOST_BYTES)).unwrap_or_default() / MOST;
        if let Err(error) = try_it() {
            tracing::info!(%error, "this system sends no files from memory, so pages are copied for each answer");
            places = 0;
        }
        Self {
            places: Arc::new(Semaphore::new(places)),
            latest: Mutex::default(),
        }
    }

    /// Lays out an answer of this second so many times.
    fn lay_out(&self, second: i64, answer: &[u8], copies: usize) -> Option<Weak<Sheet>> {
        let mut latest = self.latest.lock().expect("no holder of sheets panics");
        if latest.second != second {
            // What nobody takes any more makes room.
            latest.sheets.clear();
            latest.second = second;
        }
        let places = self.places.clone();
        let places = places
            .try_acquire_many_owned(copies.try_into().ok()?)
            .ok()?;
        let file = file_of(answer, copies)
            .inspect_err(|error| tracing::debug!(%error, "an answer is not laid out"))
            .ok()?;
        let sheet = Arc::new(Sheet {
            file,
            length: answer.len(),
            copies,
            _places: places,
        });
        let laid_out = Arc::downgrade(&sheet);
        latest.sheets.push(sheet);
        Some(laid_out)
    }
}

impl Demand {
    /// The answer that has this head and these bytes, if it is asked for often in this second.
    pub fn leaf(
        &self,
        sheets: &Sheets,
        second: i64,
        head: impl FnOnce() -> Vec<u8>,
        bytes: &[u8],
    ) -> Option<Leaf> {
        if !(LEAST..=MOST).contains(&bytes.len()) {
            return None;
        }
        let mut tally = self.0.lock().expect("no holder of a tally panics");
        if tally.second != second {
            *tally = Tally {
                second,
                ..Tally::default()
            };
        }
        tally.times = tally.times.saturating_add(1);
        let copies = match tally.times {
            OFTEN => 1,
            VERY_OFTEN => COPIES,
            _ => 0,
        };
        if copies > 0 {
            let answer = [&head(), bytes].concat();
            if answer.len() <= MOST
                && let Some(sheet) = sheets.lay_out(second, &answer, copies)
            {
                tally.sheet = sheet;
            }
        }
        let sheet = tally.sheet.upgrade()?;
        let turn = tally.times / IN_A_ROW % sheet.copies;
        let from = turn * room(sheet.length);
        Some(Leaf { sheet, from })
    }
}

/// Bytes that so many take up, in whole pieces of memory.
fn room(length: usize) -> usize {
    length.next_multiple_of(PIECE)
}

fn file_of(answer: &[u8], copies: usize) -> io::Result<File> {
    let mut copy = answer.to_vec();
    copy.resize(room(answer.len()), 0);
    let mut file = File::from(memfd_create("page", MFdFlags::MFD_CLOEXEC)?);
    file.write_all(&copy.repeat(copies))?;
    Ok(file)
}

/// Sends a byte from a file in memory: what confines a program may allow neither.
fn try_it() -> io::Result<()> {
    let (socket, _other_end) = UnixStream::pair()?;
    sendfile(socket, file_of(b"x", 1)?, Some(&mut 0), 1)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    fn head(second: i64) -> Vec<u8> {
        format!("second {second}\n").into_bytes()
    }

    fn ask(demand: &Demand, sheets: &Sheets, second: i64, bytes: &[u8]) -> Option<Leaf> {
        demand.leaf(sheets, second, || head(second), bytes)
    }

    fn ask_often(sheets: &Sheets, demand: &Demand, second: i64, bytes: &[u8]) -> Option<Leaf> {
        for _ in 1..OFTEN {
            assert!(ask(demand, sheets, second, bytes).is_none());
        }
        ask(demand, sheets, second, bytes)
    }

    fn read(Leaf { sheet, from }: &Leaf) -> Vec<u8> {
        let mut bytes = vec![0; sheet.length];
        let from = u64::try_from(*from).unwrap();
        sheet.file.read_exact_at(&mut bytes, from).unwrap();
        bytes
    }

    #[test]
    fn what_is_asked_for_often_in_a_second_is_laid_out_for_it() {
        let (sheets, demand) = (Sheets::of(1 << 20), Demand::default());
        let page = b"word ".repeat(1000);
        for second in [7, 8] {
            let leaf = ask_often(&sheets, &demand, second, &page).unwrap();
            assert!(read(&leaf) == [head(second), page.clone()].concat());
            let again = ask(&demand, &sheets, second, &page).unwrap();
            assert!(Arc::ptr_eq(&leaf.sheet, &again.sheet));
        }
        assert!(ask(&demand, &sheets, 9, &page).is_none());
    }

    #[test]
    fn what_is_asked_for_very_often_has_copies_that_take_turns() {
        let (sheets, demand) = (Sheets::of(1 << 20), Demand::default());
        let page = b"word ".repeat(1000);
        let answer = [head(7), page.clone()].concat();
        ask_often(&sheets, &demand, 7, &page).unwrap();
        let mut turns = Vec::new();
        for times in OFTEN + 1..VERY_OFTEN + 2 * COPIES * IN_A_ROW {
            let leaf = ask(&demand, &sheets, 7, &page).unwrap();
            assert_eq!(leaf.sheet.copies > 1, times >= VERY_OFTEN);
            assert!(read(&leaf) == answer, "{times} times");
            turns.push(leaf.from);
        }
        let last = turns.split_off(turns.len() - COPIES * IN_A_ROW);
        assert!(turns.starts_with(&[0; VERY_OFTEN - OFTEN - 1]));
        for turn in last.chunk_by(PartialEq::eq) {
            assert!(turn.len() <= IN_A_ROW);
        }
        for copy in 0..COPIES {
            let from = copy * room(answer.len());
            let times = last.iter().filter(|turn| **turn == from).count();
            assert_eq!(times, IN_A_ROW, "copy {copy}");
        }
    }

    #[test]
    fn one_is_enough_where_there_is_no_room_for_copies() {
        let sheets = Sheets::of((COPIES * MOST) as u64);
        let (demand, page) = (Demand::default(), vec![b'x'; LEAST]);
        ask_often(&sheets, &demand, 7, &page).unwrap();
        for _ in OFTEN..2 * VERY_OFTEN {
            assert_eq!(ask(&demand, &sheets, 7, &page).unwrap().sheet.copies, 1);
        }
    }

    #[test]
    fn what_is_not_worth_a_file_or_too_large_has_none() {
        let sheets = Sheets::of(1 << 20);
        for (length, is_laid_out) in [
            (0, false),
            (LEAST, true),
            (MOST - 100, true),
            (MOST, false),
            (MOST + 1, false),
        ] {
            let page = vec![b'x'; length];
            let leaf = ask_often(&sheets, &Demand::default(), 7, &page);
            assert_eq!(leaf.is_some(), is_laid_out, "{length}");
        }
        let (none, page) = (Sheets::of(MOST as u64 - 1), vec![b'x'; LEAST]);
        assert!(ask_often(&none, &Demand::default(), 7, &page).is_none());
    }

    #[test]
    fn there_is_room_again_in_the_next_second_but_for_what_is_being_sent() {
        let (sheets, page) = (Sheets::of(2 * MOST as u64), vec![b'x'; LEAST]);
        let demands = [(); 3].map(|()| Demand::default());
        let [first, second, third] = demands.each_ref();
        let slow = ask_often(&sheets, first, 7, &page).unwrap();
        assert!(ask_often(&sheets, second, 7, &page).is_some());
        assert!(ask_often(&sheets, third, 7, &page).is_none(), "no room");
        assert!(ask_often(&sheets, third, 8, &page).is_some());
        assert!(ask_often(&sheets, second, 8, &page).is_none(), "no room");
        assert_eq!(sheets.latest.lock().unwrap().sheets.len(), 1);
        drop(slow);
        assert!(ask_often(&sheets, first, 8, &page).is_some());
    }

    #[test]
    fn room_is_bounded_however_much_there_is() {
        assert_eq!(Sheets::of(u64::MAX).places.available_permits(), PLACES);
        assert_eq!(Sheets::of(0).places.available_permits(), 0);
    }
}
