use std::fmt::{self, Write};

use acetate_model::{
    Outcome, Place, Promise, Quantity, Readings, RoleBy, Session, SourceInfo, SourceNote, Stem, Value,
    VerdictChoice,
};

use crate::{
    files, findings,
    letters::{amount, plain},
    moves, proof,
    spark::spark,
};

/// What is shown before and after.
const SHOWN: [Quantity; 9] = [
    Quantity::Integrated,
    Quantity::TruePeak,
    Quantity::MaxShortTerm,
    Quantity::LoudnessRange,
    Quantity::PeakToLoudness,
    Quantity::PeakToShortTerm,
    Quantity::Correlation,
    Quantity::LowCorrelation,
    Quantity::Balance,
];

/// How wide a line of bars is.
const BARS: usize = 72;

/// The report of a session as Markdown.
pub fn markdown(session: &Session) -> String {
    let mut out = String::new();
    // writing to a string does not fail
    let _ = write(&mut out, session);
    out
}

fn write(out: &mut String, session: &Session) -> fmt::Result {
    writeln!(out, "# {}\n", plain(session.brief.title.as_deref().unwrap_or("Master")))?;
    summary(out, session)?;
    if let Some(outcome) = &session.outcome {
        result(out, session, outcome)?;
    }
    moves::write(out, session)?;
    if let Some(outcome) = &session.outcome {
        proof::write(out, outcome)?;
    }
    findings::delivery(out, session)?;
    stems(out, session)?;
    passed_over(out, session)?;
    if let Some(outcome) = &session.outcome {
        findings::write(out, "What to know about the master", &outcome.findings)?;
        files::write(out, outcome)?;
    }
    writeln!(out, "---\n\n{}, session format {}.", session.made_by, session.format)
}

fn summary(out: &mut String, session: &Session) -> fmt::Result {
    if let Some(verdict) = &session.verdict {
        let choice = match verdict.choice {
            VerdictChoice::Stereo => "Mastered as a stereo sum.",
            VerdictChoice::Stems => "Mastered from the stems.",
            VerdictChoice::BackToMix => "This song should go back to the mix.",
        };
        let because: Vec<String> = verdict.because.iter().map(|b| plain(b)).collect();
        writeln!(out, "**{choice}** {}\n", because.join(" "))?;
    }
    let Some(outcome) = &session.outcome else { return Ok(()) };
    let main = |quantity| outcome.readings.scalar(&Place::Master, quantity).map(|v| amount(quantity, v));
    if let (Some(loudness), Some(peak)) = (main(Quantity::Integrated), main(Quantity::TruePeak)) {
        let kept = if outcome.kept() {
            "every promise was kept, measured on the written files"
        } else {
            "not every promise was kept, see *Files*"
        };
        writeln!(out, "**{loudness}, {peak}**: {kept}.\n")?;
    }
    for gave_way in &outcome.gave_way {
        writeln!(out, "> {}\n", plain(gave_way))?;
    }
    Ok(())
}

fn result(out: &mut String, session: &Session, outcome: &Outcome) -> fmt::Result {
    writeln!(out, "## Before and after\n\n| | sum of the stems | master |\n|---|---:|---:|")?;
    for quantity in SHOWN {
        let cell = |readings: &Readings| match readings.get(&Place::Master, quantity) {
            Some(Value::Scalar(value)) => amount(quantity, *value),
            Some(Value::Undefined(why)) => plain(why),
            _ => "–".to_owned(),
        };
        writeln!(
            out,
            "| {} | {} | {} |",
            quantity.label(),
            cell(&session.readings),
            cell(&outcome.readings)
        )?;
    }
    let over_time = |readings: &Readings| match readings.get(&Place::Master, Quantity::ShortTerm) {
        Some(Value::Timeline { values, .. }) => Some(values.clone()),
        _ => None,
    };
    if let (Some(before), Some(after)) = (over_time(&session.readings), over_time(&outcome.readings)) {
        let loudest = |values: &[Option<f32>]| values.iter().flatten().copied().fold(-70.0, f32::max);
        let high = loudest(&before).max(loudest(&after));
        let low = high - 24.0;
        writeln!(out, "\nShort-term loudness over time, from {low:.0} to {high:.0} LUFS:\n\n```text")?;
        writeln!(
            out,
            "before  {}\nafter   {}\n```",
            spark(&before, low, high, BARS),
            spark(&after, low, high, BARS)
        )?;
    }
    writeln!(out)
}

/// The name under which the client's mix stands among the readings.
const MIX: &str = "mix";

fn stems(out: &mut String, session: &Session) -> fmt::Result {
    writeln!(
        out,
        "## Stems\n\n| stem | role | file | loudness | true peak | notes |\n|---|---|---|---:|---:|---|"
    )?;
    for stem in session.stems.iter().chain(&session.mix) {
        let place =
            if Some(stem) == session.mix.as_ref() { Place::Bus(MIX.into()) } else { Place::stem(&stem.name) };
        let cell = |q| session.readings.scalar(&place, q).map_or("–".to_owned(), |v| amount(q, v));
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            plain(&stem.name),
            role(stem),
            coding(stem),
            cell(Quantity::Integrated),
            cell(Quantity::TruePeak),
            plain(&stem.source.notes.iter().map(note).collect::<Vec<_>>().join("; ")),
        )?;
    }
    writeln!(out)
}

fn passed_over(out: &mut String, session: &Session) -> fmt::Result {
    if session.passed_over.is_empty() {
        return Ok(());
    }
    writeln!(out, "Passed over:\n")?;
    session.passed_over.iter().try_for_each(|file| writeln!(out, "- {}", plain(file)))?;
    writeln!(out)
}

/// `drums`, and how sure that is where it is not sure enough to act on.
fn role(stem: &Stem) -> String {
    let label = stem.role.label();
    match stem.role_by {
        RoleBy::Brief | RoleBy::None => label.to_owned(),
        RoleBy::Name => format!("{label}, {:.0} % by its name", 100.0 * stem.confidence),
        RoleBy::Sound => format!("{label}, {:.0} % by its sound", 100.0 * stem.confidence),
    }
}

fn coding(stem: &Stem) -> String {
    let SourceInfo { coding, rate_hz, part, .. } = &stem.source;
    let part = part.words().map_or_else(String::new, |words| format!(", {words}"));
    format!("{}, {rate_hz} Hz{part}", plain(coding))
}

fn note(note: &SourceNote) -> String {
    match note {
        SourceNote::Resampled { to_hz } => format!("resampled to {to_hz} Hz"),
        SourceNote::Padded { frames } => format!("{frames} frames of silence added at the end"),
        SourceNote::MonoToStereo => "mono, made stereo".into(),
        SourceNote::StartsAt { frames } => format!("{frames} frames of silence added before it"),
        SourceNote::StartIgnored { frames, .. } => {
            format!("its time reference, {frames} frames late, was not used")
        }
        SourceNote::Truncated { expected, found } => format!("cut short: {found} of {expected} frames"),
        SourceNote::NonFinite { samples } => format!("{samples} broken samples silenced"),
        SourceNote::Damaged { what } => format!("damaged: {what}"),
        SourceNote::Misnamed { really } => format!("is really {really}"),
    }
}

/// A promise's limits in words, one digit finer than a reading, since its tolerance is.
pub fn limits(quantity: Quantity, [low, high]: [f64; 2]) -> String {
    if low == high {
        return amount(quantity, low);
    }
    if low <= Promise::FLOOR {
        return format!("at most {}", precise(quantity, high));
    }
    format!("{} to {}", precise(quantity, low), precise(quantity, high))
}

/// A value one digit finer than `amount`.
pub fn precise(quantity: Quantity, value: f64) -> String {
    match quantity.symbol() {
        symbol @ ("LUFS" | "dBTP" | "dBFS" | "dB" | "LU") => format!("{value:.2} {symbol}").replace('-', "−"),
        _ => amount(quantity, value),
    }
}
