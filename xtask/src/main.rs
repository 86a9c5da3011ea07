//! `cargo xtask`: the invariants and the reference manual, kept by a program, and a clock for processors.

#[allow(clippy::format_push_string, reason = "pages are short, and writing to a string cannot fail")]
mod detection;
#[allow(clippy::format_push_string, reason = "pages are short, and writing to a string cannot fail")]
mod generate;
mod roles;
mod tidy;
mod time;

use std::{path::Path, process::ExitCode};

use anyhow::{Result, bail};

use self::detection::{Trial, WHOLE};

const HELP: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  tidy              Checks what the compiler cannot: the direction of the arrows, who may touch the disk, the lists
  generate          Writes docs/reference/ from the declarations
  generate --check  Says which of its files are stale, and writes nothing
  detection SONGS [--songs N | --only FAULT]
                    Injects faults into real songs and prints what the checks find of them; use --release
  roles [FOLDER]…   Measures how often a stem's role is found by its sound: on the songs of ACETATE_SONGS, and on the
                    files of further folders; use --release
  time RATE FILE RUNS [-o FILE] ID[={SETTINGS}]…
                    Times processors in a row on interleaved stereo f32, for bench/peers; use --release";

fn main() -> Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["tidy"] => Ok(verdict(&tidy::run(root())?, "tidy: every invariant holds")),
        ["generate"] => {
            println!("generate: {} files written", generate::write(root())?);
            Ok(ExitCode::SUCCESS)
        }
        ["generate", "--check"] => {
            Ok(verdict(&generate::stale(root())?, "generate: the reference is up to date"))
        }
        ["roles", ref folders @ ..] => done(roles::run(folders)),
        ["detection", songs] => done(detection::run(Path::new(songs), WHOLE)),
        ["detection", songs, "--songs", n] => {
            done(detection::run(Path::new(songs), Trial { songs: n.parse()?, ..WHOLE }))
        }
        ["detection", songs, "--only", fault] => {
            done(detection::run(Path::new(songs), Trial { victims: usize::MAX, only: Some(fault), ..WHOLE }))
        }
        ["time", rate, file, runs, "-o", out, ref chain @ ..] => {
            time::run(rate.parse()?, Path::new(file), runs.parse()?, chain, Some(Path::new(out)))?;
            Ok(ExitCode::SUCCESS)
        }
        ["time", rate, file, runs, ref chain @ ..] => {
            time::run(rate.parse()?, Path::new(file), runs.parse()?, chain, None)?;
            Ok(ExitCode::SUCCESS)
        }
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("expected a command, found `{}`\n\n{HELP}", args.join(" ")),
    }
}

fn done(result: Result<()>) -> Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}

/// Prints what is wrong; nothing wrong is success.
fn verdict(wrong: &[impl std::fmt::Display], fine: &str) -> ExitCode {
    for one in wrong {
        println!("{one}");
    }
    if wrong.is_empty() {
        println!("{fine}");
        return ExitCode::SUCCESS;
    }
    println!("{} to mend", wrong.len());
    ExitCode::FAILURE
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
