use acetate_model::{
    Case, Check, Evidence, Finding, Place, Promise, Quantity, Severity, SourceNote, Stage, Stem,
};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "truncated_tail",
    about: "Looks for stems that end while they still sound: the export stopped before the last note or its reverb had \
            died away. If one stem does, its export went wrong; if all do, the song ends so or the range was too short, \
            which is only said. Keeps quiet about what has faded to little.",
    run,
};

/// Softer ends are as good as silence.
const SOUNDS_DBFS: f64 = -60.0;
/// Ends that lie this far below the stem's own level have died away.
const DIED_AWAY_DB: f64 = 40.0;
/// From this step on over those around it, the end clicks.
const CLICKS_DB: f64 = 6.0;
/// Of the stems, if as many end while they sound, the whole does.
const THE_WHOLE: f64 = 0.5;

const HINT: &str = "Export up to where the last reverb has died away, all stems over the same range.";

fn run(case: &Case) -> Vec<Finding> {
    if case.stage == Stage::Output {
        return sounds(case, &Place::Master).map(|end| whole(case, &[], end)).into_iter().collect();
    }
    let cut: Vec<(&Stem, Evidence)> =
        case.stems.iter().filter_map(|stem| Some((stem, sounds(case, &place(stem))?))).collect();
    let early = |stem: &Stem| stem.source.notes.iter().any(|n| matches!(n, SourceNote::Padded { .. }));
    let names: Vec<&str> =
        cut.iter().filter(|(stem, _)| !early(stem)).map(|(stem, _)| stem.name.as_str()).collect();
    let all = names.len() as f64 >= THE_WHOLE * case.stems.len() as f64;
    let alone =
        cut.into_iter().filter(|(stem, _)| !all || early(stem)).map(|(stem, end)| one(case, stem, end));
    let of_all = all.then(|| sounds(case, &Place::Master)).flatten().map(|end| whole(case, &names, end));
    of_all.into_iter().chain(alone).collect()
}

/// The level at the end, if it has not died away.
fn sounds(case: &Case, at: &Place) -> Option<Evidence> {
    let own = case.readings.scalar(at, Quantity::Rms)?;
    let highest = SOUNDS_DBFS.max(own - DIED_AWAY_DB);
    let end = scalar(case, at, Quantity::EndLevel).filter(|e| e.value > highest)?;
    Some(end.usual(Promise::FLOOR, highest))
}

fn one(case: &Case, stem: &Stem, end: Evidence) -> Finding {
    let at = place(stem);
    let text = format!(
        "Ends while it still sounds, at {:.1} dBFS{}, where others have died away.",
        end.value,
        click(case, &at)
    );
    found(CHECK.code, Severity::Warning, &at, text, HINT).resting_on([end])
}

fn whole(case: &Case, names: &[&str], end: Evidence) -> Finding {
    let what = match names {
        _ if case.stage == Stage::Output || case.stems.len() < 2 => "The song ends".to_owned(),
        all if all.len() == case.stems.len() => "All stems end".to_owned(),
        [one] => format!("{one} ends"),
        some => format!("{} end", some.join(", ")),
    };
    let text = format!(
        "{what} in the middle of the sound, at {:.1} dBFS{}.",
        end.value,
        click(case, &Place::Master)
    );
    let hint = "If the song is meant to end so, there is nothing to do; else export a longer range.";
    found(CHECK.code, Severity::Note, &Place::Master, text, hint).resting_on([end])
}

fn click(case: &Case, at: &Place) -> &'static str {
    let step = case.readings.scalar(at, Quantity::EndStep);
    if step.is_some_and(|db| db > CLICKS_DB) { ", with a click" } else { "" }
}
