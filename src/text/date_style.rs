//! Style of dates and times that people read, as the settings choose it.

use strum::{EnumIter, EnumString, IntoStaticStr};

use super::Language;

/// Order of day and month in dates.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type, EnumIter, EnumString, IntoStaticStr,
)]
#[sqlx(type_name = "date_order", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DateOrder {
    /// The order that is usual in the site's language; in English that of the United States.
    #[default]
    Language,
    /// "22 July 2024", as in Britain.
    DayFirst,
    /// "July 22, 2024". Ukrainian has no such order.
    MonthFirst,
}

/// Clock by which times of day are written.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type, EnumIter, EnumString, IntoStaticStr,
)]
#[sqlx(type_name = "hour_cycle", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum HourCycle {
    /// The clock that is usual in the site's language and with its order of dates.
    #[default]
    Language,
    /// "14:05".
    TwentyFour,
    /// "2:05 PM".
    Twelve,
}

/// Style of dates and times that people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateStyle {
    pub language: Language,
    pub order: DateOrder,
    pub hours: HourCycle,
}

impl From<Language> for DateStyle {
    fn from(language: Language) -> Self {
        Self {
            language,
            ..Self::default()
        }
    }
}
