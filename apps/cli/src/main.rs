//! The `acetate` command.

mod args;
mod delivering;
mod explain;
mod plan;
mod print;
mod verbs;
mod watch;
mod why;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Args, print::Printer};

/// Done, and every promise held.
const HELD: u8 = 0;
/// Done, but a promise failed or the delivery was rejected.
const FAILED: u8 = 1;
/// Wrong usage, or input that cannot be read.
const UNUSABLE: u8 = 2;
/// Stopped by Ctrl-C, as shells count it.
const STOPPED: u8 = 130;

fn main() -> ExitCode {
    let args = Args::parse();
    let printer = Printer::new(args.verb.json());
    let code = match verbs::run(args.verb, &printer) {
        Ok(true) => HELD,
        Ok(false) => FAILED,
        Err(error) => {
            printer.error(&error.to_string());
            if error.is_cancelled() { STOPPED } else { UNUSABLE }
        }
    };
    ExitCode::from(code)
}
