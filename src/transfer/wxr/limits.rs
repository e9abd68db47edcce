//! Limits that bound the memory which an export file can make the reader use.

/// XML namespace of the elements that only exports from Broadsheet contain.
pub const BROADSHEET_NAMESPACE: &str = "urn:broadsheet:export:1";

/// Longest text of an element, in bytes as it is written in the file. WordPress itself cannot handle articles of this
/// length.
pub const MAX_ELEMENT_BYTES: u64 = 8 << 20;

/// Largest size of an item with its comments, in bytes. The limit applies to the size in the file and in memory.
pub const MAX_ITEM_BYTES: u64 = 64 << 20;

/// Longest tag including its attributes, in bytes. The longest tags in real exports have a few hundred bytes.
pub const MAX_TAG_BYTES: u64 = 64 << 10;

/// Deepest nesting of elements. Real exports have four levels.
pub const MAX_DEPTH: usize = 64;
