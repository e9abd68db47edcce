//! Whatever the bytes, the export reader ends, does not panic, and tells places that exist.

#![no_main]

use broadsheet::transfer::wxr::{Position, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.len() as u64;
    let mut reader = Reader::new(bytes);
    let mut last = Position::START;
    loop {
        let entry = reader.next_entry();
        let here = reader.position();
        assert!(here.byte <= end, "{here} is beyond the end");
        assert!(here >= last, "{here} is before {last}");
        last = here;
        match entry {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => {
                assert!(error.at <= here, "{error} is beyond {here}");
                assert_eq!(reader.next_entry().err(), Some(error));
                break;
            }
        }
    }
});
