//! Timestamps, and a clock that tests can set. No other module reads the system clock.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef, Postgres};

/// Time in UTC with a precision of one microsecond, like `timestamptz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ts(Timestamp);

/// Microseconds from the Unix epoch to 2000-01-01T00:00:00Z, the epoch of Postgres (its documentation, "Date/Time Types").
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
/// Earliest time that Postgres can store, in microseconds since its epoch: 4714-11-24 BC.
const POSTGRES_MIN: i64 = -211_813_488_000_000_000;

impl Ts {
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// Returns the time `micros` microseconds after the Unix epoch; `None` outside the years -9999 to 9999 that jiff
    /// supports.
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// Truncates a time to the microsecond, so that the value read back from the database equals it.
    pub fn new(time: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time))
    }

    /// Returns the number of microseconds since the Unix epoch.
    pub fn unix_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Adds seconds. Returns the latest possible time if the result would overflow.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let micros = self
            .unix_micros()
            .saturating_add(seconds.saturating_mul(1_000_000));
        Self::from_unix_micros(micros).unwrap_or(Self(Timestamp::MAX))
    }

    /// Formats the time in UTC as RFC 3339.
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

/// Source of the current time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// Clock for tests, which stands still until [`Clock::advance`] moves it.
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
            Self::Fixed(time) => *time.lock().expect("the lock is not poisoned"),
        }
    }

    /// Moves a fixed clock forward. Does nothing if the clock is the system's.
    pub fn advance(&self, seconds: i64) {
        if let Self::Fixed(time) = self {
            let mut time = time.lock().expect("the lock is not poisoned");
            *time = time.plus_seconds(seconds);
        }
    }
}
