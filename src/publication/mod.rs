//! The publication's own settings: title, language, time zone, how addresses look, the appeal, whether replies wait.

mod model;
pub mod store;

pub use model::{Permalink, Publication, WrongPermalink, is_answered, is_reserved};
