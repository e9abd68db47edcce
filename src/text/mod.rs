//! Pure functions on words.
