//! The log setting, which is read before all other settings.

use super::parse::SettingError;

/// Format and level of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// Whether the log is written as one JSON object per line instead of text.
    pub json: bool,
    /// A tracing filter, such as "info" or "broadsheet=debug,info".
    pub filter: String,
}

impl LogConfig {
    /// Parses the log setting: a comma-separated list of a format (`text` or `json`) and of levels or filters, in any
    /// order.
    pub fn parse(text: &str) -> Result<Self, SettingError> {
        let mut json = false;
        let mut filters = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match part {
                "json" => json = true,
                "text" => json = false,
                filter => filters.push(filter),
            }
        }
        let filter = if filters.is_empty() {
            "info".to_owned()
        } else {
            filters.join(",")
        };
        // The filter's own parser takes any word, such as a misspelt level, for the name of a module.
        let has_known_levels = filters.iter().all(|part| {
            let level = part.rsplit('=').next().unwrap_or(part);
            matches!(level, "off" | "error" | "warn" | "info" | "debug" | "trace")
        });
        if !has_known_levels || tracing_subscriber::EnvFilter::try_new(&filter).is_err() {
            return Err(SettingError::new(
                "BROADSHEET_LOG",
                format!(
                    "is \"{text}\"; it must be text or json and a level: error, warn, info, debug or trace, such as json,info."
                ),
            ));
        }
        Ok(Self { json, filter })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_format_and_level_may_come_in_any_order() {
        let json = LogConfig {
            json: true,
            filter: "debug".into(),
        };
        assert_eq!(LogConfig::parse("json,debug").unwrap(), json);
        assert_eq!(LogConfig::parse("debug, json").unwrap(), json);
        assert_eq!(LogConfig::parse("").unwrap().filter, "info");
        assert_eq!(
            LogConfig::parse("broadsheet=trace,warn").unwrap().filter,
            "broadsheet=trace,warn"
        );
    }

    #[test]
    fn an_unknown_log_level_is_an_error_that_names_the_setting() {
        let error = LogConfig::parse("yaml").unwrap_err().to_string();
        assert!(error.starts_with("BROADSHEET_LOG is \"yaml\""), "{error}");
    }
}
