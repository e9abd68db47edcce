//! The time: one type for a moment, one place to ask for it. Nothing else calls the system's clock.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef, Postgres};

/// A moment, in UTC, to the microsecond, as Postgres keeps it in `timestamptz`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ts(Timestamp);

/// Microseconds from the Unix epoch to 2000-01-01T00:00:00Z, from which Postgres counts (its documentation, "Date/Time Types").
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;
/// The first moment that Postgres knows, counted so: 4714-11-24 BC. What lies before it in a form is no less long ago.
const POSTGRES_BEGINS: i64 = -211_813_488_000_000_000;

impl Ts {
    /// The beginning of Unix time.
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// The moment `micros` microseconds after the Unix epoch; `None` outside jiff's years -9999 to 9999.
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        Timestamp::from_microsecond(micros).ok().map(Self)
    }

    /// The moment, cut to the microsecond so that what is stored is what was said.
    pub fn new(moment: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment))
    }

    /// Microseconds since the Unix epoch.
    pub fn unix_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The moment as jiff knows it.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// This moment and `seconds` more; the far end of time instead of an overflow.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        let micros = self
            .unix_micros()
            .saturating_add(seconds.saturating_mul(1_000_000));
        Self::from_unix_micros(micros).unwrap_or(Self(Timestamp::MAX))
    }

    /// As RFC 3339 writes it, in UTC, for machines.
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
        let counted = (self.unix_micros() - POSTGRES_EPOCH).max(POSTGRES_BEGINS);
        sqlx::Encode::<Postgres>::encode(counted, buf)
    }
}

impl sqlx::Decode<'_, Postgres> for Ts {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        let micros: i64 = sqlx::Decode::<Postgres>::decode(value)?;
        Self::from_unix_micros(micros.saturating_add(POSTGRES_EPOCH))
            .ok_or_else(|| "a moment beyond the year 9999".into())
    }
}

impl sqlx::postgres::PgHasArrayType for Ts {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("TIMESTAMPTZ")
    }
}

/// Where "now" comes from: the machine, or a test that moves it by hand.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until told otherwise.
    Fixed(Arc<Mutex<Ts>>),
}

impl Clock {
    /// A clock that stands at `moment`.
    pub fn fixed(moment: Ts) -> Self {
        Self::Fixed(Arc::new(Mutex::new(moment)))
    }

    /// The moment it is.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn now(&self) -> Ts {
        match self {
            Self::System => Ts::new(Timestamp::now()),
            Self::Fixed(moment) => *moment.lock().expect("no holder of the clock panics"),
        }
    }

    /// Moves a fixed clock; the machine's clock stays as it is.
    pub fn advance(&self, seconds: i64) {
        if let Self::Fixed(moment) = self {
            let mut moment = moment.lock().expect("no holder of the clock panics");
            *moment = moment.plus_seconds(seconds);
        }
    }
}
