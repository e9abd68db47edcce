//! Bounds on what one file may make the reader hold in memory.

/// XML namespace of elements that only Broadsheet's exports have.
pub const BROADSHEET_NAMESPACE: &str = "urn:broadsheet:export:1";

/// Longest text of one element, in bytes as written. WordPress itself fails on articles far shorter.
pub const MAX_ELEMENT_BYTES: u64 = 8 << 20;

/// Longest item with its comments, in bytes as written or in memory, whichever is more.
pub const MAX_ITEM_BYTES: u64 = 64 << 20;

/// Longest tag with its attributes, in bytes; the longest in real exports have a few hundred.
pub const MAX_TAG_BYTES: u64 = 64 << 10;

/// Deepest nesting of elements; exports use four levels.
pub const MAX_DEPTH: usize = 64;
