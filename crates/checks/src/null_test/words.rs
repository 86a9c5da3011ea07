use acetate_model::{Evidence, Finding, Place, Quantity, Repair, Severity};

use super::cause::{Cause, Fault};
use super::readings::{Null, OneStem};
use crate::look::{Resting, found};

/// A difference of levels below this is none, in dB.
const LEVEL_DB: f64 = 0.05;
/// A difference of time below this is none, in frames.
const OFFSET_FRAMES: f64 = 0.005;
/// A gain that goes down where the sum is loud, by its correlation with the level.
const TURNED_DOWN: f64 = -0.3;
/// A moment counts if what is left of it is not farther below what is left of the whole, in dB.
const NEAR_DB: f64 = 6.0;
/// Moments nearer than this belong together, and shorter ones than this are left out, in ms.
const TOGETHER_MS: f64 = 1000.0;
const SHORTEST_MS: f64 = 150.0;
/// The most stretches that are told.
const STRETCHES: usize = 12;
/// What is left of a mix with softer gaps than this is something that pauses: a stem, and not the codec of a file.
const GAP_DB: f64 = -60.0;
/// What is left below this may as well be the loss of a codec, in dB.
const SOFT_DB: f64 = -15.0;

const MIXED: &str =
    "Listen to both, and ask which was approved; if it was the mix, ask for stems that carry it";

/// The finding: cause, amount, times and the way out.
pub(super) fn finding(code: &str, null: &Null, cause: &Cause) -> Finding {
    let at = match cause {
        Cause::Stem(one, _) => one.at.clone(),
        _ => Place::Master,
    };
    let (severity, text, hint) = match cause {
        Cause::Same { rounded } => same(null, *rounded),
        Cause::Stem(one, fault) => stem(null, one, *fault),
        Cause::Levels => levels(null),
        Cause::Filter => filter(null),
        Cause::Gain => gain(null),
        Cause::Curve => curve(null),
        Cause::Several => several(null),
        Cause::Missing => missing(null),
        Cause::OtherSong => other_song(null),
    };
    let mut finding = found(code, severity, &at, text, &hint).resting_on(evidence(null, cause));
    finding.repair = repair(cause);
    if matches!(cause, Cause::Same { .. } | Cause::OtherSong) {
        finding
    } else {
        finding.at_times(stretches(null))
    }
}

/// The consent under which the cause is answered here.
fn repair(cause: &Cause) -> Option<Repair> {
    match cause {
        Cause::Stem(_, Fault::Polarity) => Some(Repair::Polarity),
        Cause::Stem(_, Fault::Offset) => Some(Repair::Align),
        Cause::Stem(_, Fault::Level) | Cause::Filter | Cause::Gain => Some(Repair::Bus),
        _ => None,
    }
}

type Words = (Severity, String, String);

fn same(null: &Null, rounded: bool) -> Words {
    let left = format!("{:.0} dB is left in the null test", null.left_db);
    let mut off = Vec::new();
    if null.correlation < 0.0 {
        off.push("turned over (its polarity is inverted)".to_owned());
    }
    if null.gain_db.abs() >= LEVEL_DB {
        off.push(format!("{:.2} dB {}", null.gain_db.abs(), louder(null.gain_db)));
    }
    if null.delay_frames.abs() >= OFFSET_FRAMES {
        off.push(time(null, null.delay_frames));
    }
    if off.is_empty() {
        let text = if rounded {
            let level = null.whole(Quantity::NullLevel).unwrap_or(null.left_db);
            format!(
                "The stems add up to the mix but for rounding or dither: {left}, noise at {level:.0} dBFS."
            )
        } else {
            format!("The stems add up to the mix; the two are identical: {left}.")
        };
        return (Severity::Note, text, "Nothing to do: what is mastered is what was approved.".into());
    }
    let severity = if null.correlation < 0.0 { Severity::Warning } else { Severity::Note };
    let hint = if null.correlation < 0.0 {
        "Ask which of both is right; the stems are mastered as they are."
    } else {
        "Nothing is lost: the stems are mastered at their own level and time, and the balance is that of the mix."
    };
    (severity, format!("The mix is the sum of the stems, but {}: {left}.", off.join(" and ")), hint.into())
}

fn louder(db: f64) -> &'static str {
    if db > 0.0 { "louder" } else { "softer" }
}

fn time(null: &Null, frames: f64) -> String {
    let ms = 1000.0 * frames.abs() / null.rate_hz();
    let word = if frames > 0.0 { "later" } else { "earlier" };
    let count = trimmed(frames.abs());
    let unit = if count == "1" { "frame" } else { "frames" };
    let digits = if ms < 1.0 { 3 } else { 1 };
    format!("{count} {unit} ({ms:.digits$} ms) {word}")
}

/// With as many digits as say something.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn stem(null: &Null, one: &OneStem, fault: Fault) -> Words {
    let name = match &one.at {
        Place::Stem(name) => name.as_str(),
        _ => "a stem",
    };
    let level_db = 20.0 * libm::log10(one.factor.abs().max(1e-6));
    let level = if level_db.abs() >= LEVEL_DB {
        format!(" and {:.2} dB {}", level_db.abs(), louder(level_db))
    } else {
        String::new()
    };
    let left = format!("with that put right {:.0} dB is left, without {:.0} dB", one.left_db, null.left_db);
    let (text, hint) = match fault {
        Fault::Absent => (
            format!("Is in the delivery but not in the mix, an extra stem: {left}."),
            format!("Ask whether {name} belongs to the song; if not, take it out of the delivery."),
        ),
        Fault::Polarity => (
            format!("Stands in the mix with its polarity inverted{level}: {left}."),
            "Ask which of both is right.".into(),
        ),
        Fault::Offset => {
            let turned = if one.factor < 0.0 { ", turned over" } else { "" };
            (
                format!(
                    "Lies in the mix {}, an offset{turned}{level}: {left}.",
                    time(null, one.delay_frames)
                ),
                "Ask for a new export from the same start.".into(),
            )
        }
        Fault::Level => (
            format!(
                "Stands in the mix {:.2} dB {}, at a wrong level: {left}.",
                level_db.abs(),
                louder(level_db)
            ),
            "Ask which of both is right.".into(),
        ),
    };
    (Severity::Warning, text, hint)
}

fn levels(null: &Null) -> Words {
    let common = null.gain_db;
    let off: Vec<String> = null
        .factors()
        .into_iter()
        .filter(|(_, factor)| factor.abs() > 1e-3)
        .map(|(at, factor)| (at, 20.0 * libm::log10(factor.abs()) - common))
        .filter(|(_, db)| db.abs() >= 2.0 * LEVEL_DB)
        .map(|(at, db)| format!("{at} {db:+.1} dB"))
        .collect();
    let left = null.left(Quantity::NullStems);
    let text = format!(
        "Several stems stand in the mix at wrong levels: {}. With these levels {left:.0} dB is left, without {:.0} dB.",
        off.join(", "),
        null.left_db
    );
    (
        Severity::Warning,
        text,
        "Ask for stems of the mix that was approved, or go by the levels named here.".into(),
    )
}

fn filter(null: &Null) -> Words {
    let left = null.left(Quantity::NullFilter);
    let most = null
        .farthest_band()
        .map_or(String::new(), |(hz, db)| format!(", most by {db:+.1} dB around {hz:.0} Hz"));
    let text = format!(
        "The mix bus had an equaliser (EQ), which the stems do not have{most}: with its curve {left:.0} dB is left, without \
         {:.0} dB.",
        null.left_db
    );
    (Severity::Warning, text, format!("{MIXED}."))
}

fn gain(null: &Null) -> Words {
    let left = null.left(Quantity::NullGain);
    let range = null.whole(Quantity::MixGainRange).unwrap_or(0.0);
    let is_down = null.whole(Quantity::MixGainLevel).is_none_or(|c| c < TURNED_DOWN);
    let what =
        if is_down { "a compressor or limiter" } else { "a compressor or limiter, or an automated gain" };
    let text = format!(
        "The mix bus had {what}, which the stems do not have; its gain moves by {range:.1} dB. With that gain over time \
         {left:.0} dB is left, without {:.0} dB.",
        null.left_db
    );
    (Severity::Warning, text, format!("{MIXED}, the mix through the side-chain of the compressor."))
}

fn curve(null: &Null) -> Words {
    let text = format!(
        "The mix bus had a saturation or clipper, which the stems do not have: with its curve {:.0} dB is left, without \
         {:.0} dB.",
        null.left(Quantity::NullCurve),
        null.left_db
    );
    let hint = "Ask for a mix without it, or decide that the master shall do as much; it cannot be done again stem by stem.";
    (Severity::Warning, text, hint.into())
}

fn several(null: &Null) -> Words {
    let parts = [
        (Quantity::NullFilter, "an equaliser"),
        (Quantity::NullGain, "a gain over time, as of a compressor or limiter"),
        (Quantity::NullCurve, "a saturation or clipper"),
        (Quantity::NullFilterGain, "filter and gain together"),
    ];
    let parts: Vec<String> =
        parts.iter().map(|(q, what)| format!("{what} {:.0} dB", null.left(*q))).collect();
    let text = format!(
        "The mix is another master of these stems: several things were done on its bus. {:.0} dB is left; with {}.",
        null.left_db,
        parts.join(", with ")
    );
    (Severity::Warning, text, format!("{MIXED}; best ask for the mix without its master."))
}

fn missing(null: &Null) -> Words {
    let pauses = null.over_time().iter().any(|(_, _, db)| *db < GAP_DB);
    let left_db = null.left_db;
    let text = if left_db > SOFT_DB || pauses {
        format!(
            "A stem is missing: {left_db:.0} dB of the mix is in none of the stems. No level, delay, filter or gain \
             explains it."
        )
    } else {
        format!(
            "{left_db:.0} dB of the mix is in none of the stems: a soft stem is missing, or the mix went through a lossy \
             codec or an effect that no stem has. No level, delay, filter or gain explains it."
        )
    };
    let hint = "Ask for the missing stem, or for the mix as WAV; listen to the mix at the times given to hear what it plays.";
    (Severity::Warning, text, hint.into())
}

fn other_song(null: &Null) -> Words {
    let text = format!(
        "The mix is another song, or another take: it does not go with the stems anywhere (correlation {:.2}).",
        null.correlation
    );
    let hint = "Send the mix of these stems, or master without one: leave `--mix` away and take the file out of the folder.";
    (Severity::Error, text, hint.into())
}

/// What the finding rests on; the first names the explanation.
fn evidence(null: &Null, cause: &Cause) -> Vec<Evidence> {
    let whole = |quantity| null.whole(quantity).map(|value| null.evidence(&Place::Master, quantity, value));
    let plain = [Quantity::NullResidual, Quantity::MixGain, Quantity::MixDelay];
    let first: Vec<Quantity> = match cause {
        Cause::Stem(one, _) => {
            let of = |quantity, value| null.evidence(&one.at, quantity, value);
            let mut rest = vec![
                of(Quantity::NullOneStem, one.left_db),
                of(Quantity::OneStemFactor, one.factor),
                of(Quantity::OneStemDelay, one.delay_frames),
            ];
            rest.extend(plain.into_iter().filter_map(whole));
            return rest;
        }
        Cause::Levels => vec![Quantity::NullStems],
        Cause::Filter => vec![Quantity::NullFilter],
        Cause::Gain => vec![Quantity::NullGain, Quantity::MixGainRange],
        Cause::Curve => vec![Quantity::NullCurve],
        Cause::Several => vec![Quantity::NullFilterGain, Quantity::NullGain, Quantity::MixGainRange],
        Cause::Same { .. } | Cause::Missing => vec![],
        Cause::OtherSong => vec![Quantity::MixMatch, Quantity::MixCorrelation],
    };
    first.into_iter().chain(plain).filter_map(whole).collect()
}

/// When there is as much left as of the whole, or more; nothing if that is nearly always.
fn stretches(null: &Null) -> Vec<[f64; 2]> {
    let hops = null.over_time();
    let loud = hops.iter().filter(|(_, _, db)| *db > null.left_db - NEAR_DB);
    let mut all: Vec<[f64; 2]> = Vec::new();
    for &(from, to, _) in loud {
        match all.last_mut() {
            Some(last) if from - last[1] < TOGETHER_MS => last[1] = to,
            _ => all.push([from, to]),
        }
    }
    all.retain(|[from, to]| to - from >= SHORTEST_MS);
    let covered: f64 = all.iter().map(|[from, to]| to - from).sum();
    let whole: f64 = hops.iter().map(|(from, to, _)| to - from).sum();
    if covered > 0.9 * whole {
        return Vec::new();
    }
    // the longest, in their order
    let mut lengths: Vec<f64> = all.iter().map(|[from, to]| to - from).collect();
    lengths.sort_by(|a, b| b.total_cmp(a));
    let least = lengths.get(STRETCHES - 1).copied().unwrap_or(0.0);
    all.retain(|[from, to]| to - from >= least);
    all.truncate(STRETCHES);
    all
}
