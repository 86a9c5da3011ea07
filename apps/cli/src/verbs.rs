use std::path::{Path, PathBuf};

use acetate_mastering::model::{Brief, Outcome, Session};
use acetate_mastering::{
    Delivery, Error, Options, REPORT_FILE, SESSION_FILE, analyse, brief_schema, check, demo, is_rejected,
    letter, master, plan, point_at, read_session, remove, render, report, scan, session_schema, stems_guide,
    verify, write_text,
};
use clap::CommandFactory;

use crate::args::{About, Args, How, Input, Output, Verb, Wish};
use crate::{explain, plan::Asked, print::Printer, watch::Watch, why};

/// Does what was asked; true if every promise held.
pub(crate) fn run(verb: Verb, printer: &Printer) -> Result<bool, Error> {
    match verb {
        Verb::Master { input, wish, output, how } => {
            let delivery = find(&input)?;
            mastered(&delivery, &wish.brief()?, &output, &how, printer, &watch(&how))
                .map_err(|error| pointed_at(error, &wish))
        }
        Verb::Demo { wish, output, how } => demonstrate(&wish, &output, &how, printer),
        Verb::Check { input, about, letter: false, how } => {
            let session = checked(&input, &about, &how)?;
            printer.checked(&session, how.quiet);
            Ok(!is_rejected(&session))
        }
        Verb::Check { input, about, letter: true, how } => {
            let session = checked(&input, &about, &how)?;
            printer.text(&letter(&session));
            Ok(!is_rejected(&session))
        }
        Verb::StemsGuide => {
            printer.text(&stems_guide());
            Ok(true)
        }
        Verb::Analyse { input, how } => {
            let session = analyse(&find(&input)?, &Brief::default(), &how.options(false), &watch(&how))?;
            printer.analysed(&session, how.quiet);
            Ok(true)
        }
        Verb::Plan { input, wish, output, alternatives, force, how } => {
            let asked = Asked { wish: &wish, output: &output, alternatives, force, how: &how };
            asked.plan(&input, printer)
        }
        Verb::Render { session, output, how } => {
            rendered(read_session(&session)?, &session, &output, &how, printer)
        }
        Verb::Deliver { session, output, delivering, how } => {
            let path = why::session_at(&session)?;
            let mut session = read_session(&path)?;
            session.brief = delivering.over(session.brief)?;
            rendered(session, &path, &output, &how, printer)
        }
        Verb::Verify { folder, how } => {
            let verification = verify(&folder, &how.options(false), &watch(&how))?;
            printer.verified(&verification, how.quiet);
            Ok(verification.holds())
        }
        Verb::Report { folder } => {
            let text = report(&read_session(&folder.join(SESSION_FILE))?);
            write_text(&folder.join(REPORT_FILE), &text)?;
            printer.text(&text);
            Ok(true)
        }
        Verb::Why { id, session, .. } => why::why(&id, &session, printer),
        Verb::Explain { name } => explain::explain(&name, printer),
        Verb::List { what } => {
            explain::list(&what, printer);
            Ok(true)
        }
        Verb::Schema { of } => {
            printer.json(&if of == "brief" { brief_schema() } else { session_schema() });
            Ok(true)
        }
        Verb::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "acetate", &mut bytes);
            printer.bytes(&bytes);
            Ok(true)
        }
        Verb::Man => {
            printer.bytes(&manual());
            Ok(true)
        }
    }
}

pub(crate) fn find(input: &Input) -> Result<Delivery, Error> {
    Ok(scan(&input.stems, input.mix.as_deref())?)
}

/// An error that came from the brief's file says where.
pub(crate) fn pointed_at(error: Error, wish: &Wish) -> Error {
    match wish.file() {
        Some(file) => point_at(error, file),
        None => error,
    }
}

pub(crate) fn watch(how: &How) -> Watch {
    Watch::new(how.quiet || how.json)
}

fn checked(input: &Input, about: &About, how: &How) -> Result<Session, Error> {
    let mut session = analyse(&find(input)?, &about.brief()?, &how.options(false), &watch(how))?;
    check(&mut session);
    if !session.brief.repair.is_empty() {
        plan(&mut session)?;
    }
    Ok(session)
}

fn mastered(
    delivery: &Delivery,
    brief: &Brief,
    output: &Output,
    how: &How,
    printer: &Printer,
    watch: &Watch,
) -> Result<bool, Error> {
    let session = master(delivery, brief, &output.output, &how.options(output.force), watch)?;
    printer.mastered(&session, &output.output, how.quiet);
    Ok(session.outcome.as_ref().is_some_and(Outcome::kept))
}

fn demonstrate(wish: &Wish, output: &Output, how: &How, printer: &Printer) -> Result<bool, Error> {
    let mut brief = wish.brief()?;
    brief.title.get_or_insert_with(|| demo::TITLE.to_owned());
    let watch = watch(how);
    let stems = demo::write(&output.output, &how.options(output.force))?;
    let done = scan(&stems, None).map_err(Error::from);
    let done = done.and_then(|delivery| mastered(&delivery, &brief, output, how, printer, &watch));
    let done = done.map_err(|error| pointed_at(error, wish));
    if done.is_err() {
        remove(&stems);
    }
    done
}

fn rendered(
    mut session: Session,
    path: &Path,
    output: &Output,
    how: &How,
    printer: &Printer,
) -> Result<bool, Error> {
    let beside = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let options = Options { beside, ..how.options(output.force) };
    render(&mut session, &output.output, &options, &watch(how))?;
    printer.mastered(&session, &output.output, how.quiet);
    Ok(session.outcome.as_ref().is_some_and(Outcome::kept))
}

/// The manual page of the command and of each verb, one after the other.
fn manual() -> Vec<u8> {
    let mut command = Args::command();
    command.build();
    let mut pages = Vec::new();
    // writing to memory does not fail
    let _ = clap_mangen::Man::new(command.clone()).render(&mut pages);
    for verb in command.get_subcommands().filter(|v| v.get_name() != "help") {
        let _ = clap_mangen::Man::new(verb.clone()).render(&mut pages);
    }
    pages
}
