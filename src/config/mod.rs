//! Settings of an installation, from flags and environment variables. They are parsed once, and each mistake is reported
//! in one sentence.

mod log;
mod model;
mod parse;
mod settings;

pub use log::LogConfig;
pub use model::{Config, MailConfig};
pub use parse::SettingError;
pub use settings::Settings;
