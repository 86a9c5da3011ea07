//! The whole pipeline on one screen: [`master`] runs every verb, and each verb can be run alone.

mod analyse;
mod bus;
mod cut;
mod deliver;
pub mod demo;
mod error;
mod finish;
mod forecast;
mod hand;
mod job;
mod linked;
mod manifest;
mod null_test;
mod options;
mod order;
mod plan;
mod position;
mod profiles;
mod progress;
mod prove;
mod reference;
mod render;
mod schema;
mod services;
mod session_file;
mod set;
mod settle;
mod sums;
mod verify;

use std::path::Path;

pub use acetate_advisors::{ADVISORS, roles};
pub use acetate_checks::CHECKS;
pub use acetate_files::{CHECKSUMS, Delivery, FileError, refuse_existing, remove, scan};
pub use acetate_meters::{COMPARISONS, METERS};
pub use acetate_model as model;
pub use acetate_processors::{PROCESSORS, find as find_processor};
pub use acetate_report::{
    amount, letter, limits, markdown as report, moment, precise, settings, stems_guide,
};
pub use analyse::{MIX, analyse};
pub use deliver::{DELIVERABLES, Form};
pub use error::Error;
pub use hand::works_with;
pub use manifest::MANIFEST_FILE;
pub use null_test::{Compared, null_test};
pub use options::Options;
pub use plan::{check, plan, replan};
pub use profiles::profiles;
pub use progress::{Progress, Silent};
pub use render::render;
pub use schema::{brief_schema, session_schema};
pub use session_file::{
    REPORT_FILE, SESSION_FILE, is_rejected, point_at, read_brief, read_profile, read_session, session_text,
    write_text,
};
pub use set::{nearest, parse_setting};
pub use verify::{Verification, verify};

use acetate_model::{Brief, Session};

/// Masters a delivery into a folder. A rejected delivery is returned with its findings and without an outcome.
pub fn master(
    delivery: &Delivery,
    brief: &Brief,
    out: &Path,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Session, Error> {
    options.refuse_to_overwrite(out, &[])?;
    order::refuse_impossible(brief)?;
    let mut session = analyse(delivery, brief, options, progress)?;
    check(&mut session);
    plan(&mut session)?;
    if !is_rejected(&session) {
        let files: Vec<_> =
            delivery.stems.iter().chain(&delivery.mix).map(|stem| stem.file.clone()).collect();
        render::render_analysed(&mut session, &files, out, options, progress)?;
    }
    Ok(session)
}

/// The program and version that stands in sessions.
pub(crate) fn made_by() -> String {
    format!("acetate {}", env!("CARGO_PKG_VERSION"))
}
