//! Parses the command line, starts logging, hands over to a command.

fn main() {}
