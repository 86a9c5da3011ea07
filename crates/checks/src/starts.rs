use acetate_model::{Case, Check, Finding, Severity, SourceNote, Stem};

use crate::look::{Resting, found, notes, place};

pub(crate) const CHECK: Check = Check {
    code: "starts",
    about: "Looks for stems whose time reference (`bext`, as broadcast WAV files have) says that they begin later \
            than others. They were put at their places, or left where they are if the times cannot be places in \
            a song. Keeps quiet when all stems begin together or no time is told.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    notes(case).filter_map(|(stem, note)| one(stem, note)).collect()
}

fn one(stem: &Stem, note: &SourceNote) -> Option<Finding> {
    let ms = |frames: u64| 1000.0 * frames as f64 / f64::from(stem.source.rate_hz.max(1));
    let at = place(stem);
    match note {
        SourceNote::StartsAt { frames } => {
            let start_ms = ms(*frames);
            let text = format!(
                "Begins {:.2} s into the song, by the time reference in its file; silence was put before it.",
                start_ms / 1000.0
            );
            let hint = "Listen whether it fits; stems that all begin with the song leave no doubt.";
            Some(found(CHECK.code, Severity::Note, &at, text, hint).at_times(vec![[0.0, start_ms]]))
        }
        SourceNote::StartIgnored { frames, why } => {
            let text = format!(
                "Its time reference says that it begins {:.2} s after the first stem. That was not used: {why}.",
                ms(*frames) / 1000.0
            );
            let hint = "Check that all stems begin together; if not, export them from the song's start.";
            Some(found(CHECK.code, Severity::Note, &at, text, hint))
        }
        _ => None,
    }
}
