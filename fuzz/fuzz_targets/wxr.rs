//! For any bytes the export reader terminates, does not panic, and reports positions within the file.

#![no_main]

use broadsheet::transfer::wxr::{WxrPosition, WxrReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.len() as u64;
    let mut reader = WxrReader::new(bytes);
    let mut last = WxrPosition::START;
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
                assert!(error.position <= here, "{error} is beyond {here}");
                assert_eq!(reader.next_entry().err(), Some(error));
                break;
            }
        }
    }
});
