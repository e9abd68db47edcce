//! All SQL on the audit log.

pub mod browse;
pub mod chain;
pub mod verify;
