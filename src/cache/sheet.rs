//! Answers in files that lie in memory. From a file the system hands bytes on as they lie (sendfile(2), Linux), where it
//! copies ours for every answer; so a page that many ask for in one second is laid out for that second, its date with it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, Weak};

use nix::sys::memfd::{MFdFlags, memfd_create};

/// Bytes of an answer that is worth a file: fewer are copied as fast as they are looked up.
const LEAST: usize = 4 * 1024;
/// Bytes of one that fits.
const MOST: usize = 32 * 1024;
/// How often a page is asked for in a second before it is laid out: making a file takes as long as about so many answers
/// save by it.
const OFTEN: u32 = 20;
/// Files at one time: a system that allows few has to have some left for connections.
const FILES: usize = 500;

/// An answer in a file.
pub struct Sheet {
    /// The file.
    pub file: File,
    /// Bytes that are in it.
    pub length: usize,
}

/// The files that were made last. Older ones are gone once they are sent.
pub struct Sheets {
    most: usize,
    latest: Mutex<VecDeque<Arc<Sheet>>>,
}

/// How much a page is asked for in this second.
#[derive(Default)]
pub struct Demand(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    second: i64,
    times: u32,
    sheet: Weak<Sheet>,
}

impl Sheets {
    /// For files of so many bytes in all.
    pub fn of(bytes: u64) -> Self {
        let most = usize::try_from(bytes / MOST as u64).unwrap_or(FILES);
        Self {
            most: most.min(FILES),
            latest: Mutex::default(),
        }
    }

    fn make(&self, answer: [&[u8]; 2]) -> io::Result<Weak<Sheet>> {
        let mut file = File::from(memfd_create("page", MFdFlags::MFD_CLOEXEC)?);
        // At once, so that it lies in one piece.
        let answer = answer.concat();
        file.write_all(&answer)?;
        let length = answer.len();
        let sheet = Arc::new(Sheet { file, length });
        let made = Arc::downgrade(&sheet);
        let mut latest = self.latest.lock().expect("no holder of sheets panics");
        if latest.len() == self.most {
            latest.pop_front();
        }
        latest.push_back(sheet);
        Ok(made)
    }
}

impl Demand {
    /// The answer in a file, if it is asked for often in this second. It is what `head` makes, and these bytes.
    pub fn sheet(
        &self,
        sheets: &Sheets,
        second: i64,
        head: impl FnOnce() -> Vec<u8>,
        bytes: &[u8],
    ) -> Option<Arc<Sheet>> {
        if sheets.most == 0 || !(LEAST..=MOST).contains(&bytes.len()) {
            return None;
        }
        let mut asked = self.0.lock().expect("no holder of a demand panics");
        if asked.second != second {
            *asked = Asked {
                second,
                ..Asked::default()
            };
        }
        asked.times = asked.times.saturating_add(1);
        if asked.times == OFTEN {
            match sheets.make([&head(), bytes]) {
                Ok(made) => asked.sheet = made,
                Err(error) => tracing::debug!(%error, "a page is sent without a file"),
            }
        }
        asked.sheet.upgrade()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    fn ask(demand: &Demand, sheets: &Sheets, second: i64, bytes: &[u8]) -> Option<Arc<Sheet>> {
        let head = || format!("second {second}\n").into_bytes();
        demand.sheet(sheets, second, head, bytes)
    }

    fn ask_often(
        sheets: &Sheets,
        demand: &Demand,
        second: i64,
        bytes: &[u8],
    ) -> Option<Arc<Sheet>> {
        for _ in 1..OFTEN {
            assert!(ask(demand, sheets, second, bytes).is_none());
        }
        ask(demand, sheets, second, bytes)
    }

    #[test]
    fn what_is_asked_for_often_in_a_second_is_laid_out_for_it() {
        let (sheets, demand) = (Sheets::of(1 << 20), Demand::default());
        let page = b"word ".repeat(1000);
        for second in [7, 8] {
            let sheet = ask_often(&sheets, &demand, second, &page).unwrap();
            let mut bytes = vec![0; sheet.length];
            sheet.file.read_exact_at(&mut bytes, 0).unwrap();
            let head = format!("second {second}\n").into_bytes();
            assert!(bytes == [head, page.clone()].concat());
            let again = ask(&demand, &sheets, second, &page).unwrap();
            assert!(Arc::ptr_eq(&sheet, &again));
        }
        assert!(ask(&demand, &sheets, 9, &page).is_none());
    }

    #[test]
    fn what_is_not_worth_a_file_or_too_large_has_none() {
        let sheets = Sheets::of(1 << 20);
        for (length, is_laid_out) in [(0, false), (LEAST, true), (MOST, true), (MOST + 1, false)] {
            let page = vec![b'x'; length];
            let sheet = ask_often(&sheets, &Demand::default(), 7, &page);
            assert_eq!(sheet.is_some(), is_laid_out, "{length}");
        }
        let (none, page) = (Sheets::of(MOST as u64 - 1), vec![b'x'; LEAST]);
        assert!(ask_often(&none, &Demand::default(), 7, &page).is_none());
    }

    #[test]
    fn the_oldest_makes_room_and_what_is_being_sent_stays() {
        let (sheets, page) = (Sheets::of(2 * MOST as u64), vec![b'x'; LEAST]);
        let demands = [(); 3].map(|()| Demand::default());
        let first = ask_often(&sheets, &demands[0], 7, &page).unwrap();
        for demand in &demands[1..] {
            assert!(ask_often(&sheets, demand, 7, &page).is_some());
        }
        assert_eq!(sheets.latest.lock().unwrap().len(), 2);
        assert!(
            ask(&demands[0], &sheets, 7, &page).is_some(),
            "it is being sent"
        );
        drop(first);
        assert!(ask(&demands[0], &sheets, 7, &page).is_none());
        assert!(ask(&demands[1], &sheets, 7, &page).is_some());
    }
}
