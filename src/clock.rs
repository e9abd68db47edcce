//! Timestamps, and the clock that tests can move. Nothing else reads the system's clock.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef, Postgres};

/// A time in UTC, to the microsecond, as `timestamptz` stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ts(Timestamp);

/// Microseconds from the Unix epoch to 2000-01-01T00:00:00Z, the epoch of Postgres (its documentation, "Date/Time Types").
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
/// The earliest time of Postgres in microseconds since its epoch: 4714-11-24 BC.
const POSTGRES_MIN: i64 = -211_813_488_000_000_000;

impl Ts {
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// Returns the time `micros` microseconds after the Unix epoch; `None` outside jiff's years -9999 to 9999.
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// Truncates a time to the microsecond, so that it is equal to itself once stored.
    pub fn new(time: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time))
    }

    /// Returns the microseconds since the Unix epoch.
    pub fn unix_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Adds seconds; the latest possible time instead of an overflow.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let micros = self
            .unix_micros()
            .saturating_add(seconds.saturating_mul(1_000_000));
        Self::from_unix_micros(micros).unwrap_or(Self(Timestamp::MAX))
    }

    /// Formats the time in UTC by RFC 3339.
    pub fn rfc3339(self) -> String {
        self.0.to_string()
    }
}

impl sqlx::Type<Postgres> for Ts {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("TIMESTAMPTZ")
    }
}

impl sqlx::Encode<'_, Postgres> for Ts {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // A form may name an earlier year than Postgres knows; the earliest one is as good in a comparison.
        let micros = (self.unix_micros() - POSTGRES_EPOCH).max(POSTGRES_MIN);
        sqlx::Encode::<Postgres>::encode(micros, buf)
    }
}

impl sqlx::Decode<'_, Postgres> for Ts {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let micros: i64 = sqlx::Decode::<Postgres>::decode(value)?;
        Self::from_unix_micros(micros.saturating_add(POSTGRES_EPOCH))
            .ok_or_else(|| "a time beyond the year 9999".into())
    }
}

impl sqlx::postgres::PgHasArrayType for Ts {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("TIMESTAMPTZ")
    }
}

/// The source of the current time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// A clock for tests, which stands still until it is moved.
    Fixed(Arc<Mutex<Ts>>),
}

impl Clock {
    /// Returns a clock that stands still at `time`.
    pub fn fixed(time: Ts) -> Self {
        Self::Fixed(Arc::new(Mutex::new(time)))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock"
    )]
    pub fn now(&self) -> Ts {
        match self {
            Self::System => Ts::new(Timestamp::now()),
            Self::Fixed(time) => *time.lock().expect("no holder of the clock panics"),
        }
    }

    /// Moves a fixed clock; does nothing to the system's.
    pub fn advance(&self, seconds: i64) {
        if let Self::Fixed(time) = self {
            let mut time = time.lock().expect("no holder of the clock panics");
            *time = time.plus_seconds(seconds);
        }
    }
}
