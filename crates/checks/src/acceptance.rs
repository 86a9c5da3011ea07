use acetate_model::{
    Acceptance, By, Case, Decision, Move, Repair, Repaired, Severity, SourceNote, Standing, Stem,
};

use crate::look::{notes, place};

/// Whether a delivery can be mastered, and what had to be done to it first.
///
/// An error rejects it. What reading it mended, and what the plan mends by consent, makes it repaired.
pub fn acceptance(case: &Case, plan: &[Move]) -> Acceptance {
    let repaired: Vec<Repaired> = notes(case)
        .filter_map(|(stem, note)| Some(Repaired { at: place(stem), what: mended(stem, note)? }))
        .chain(plan.iter().filter(|m| is_by_consent(m)).map(by_consent))
        .collect();
    let decision = if case.findings.iter().any(|f| f.severity == Severity::Error) {
        Decision::Rejected
    } else if !repaired.is_empty() {
        Decision::Repaired
    } else if case.findings.is_empty() {
        Decision::Accepted
    } else {
        Decision::AcceptedWithNotes
    };
    Acceptance { decision, repaired }
}

/// What was done to a file while it was read, in words; `None` where nothing was.
fn mended(stem: &Stem, note: &SourceNote) -> Option<String> {
    let seconds = |frames: u64, rate_hz: u32| frames as f64 / f64::from(rate_hz.max(1));
    let session_hz = session_rate_hz(stem);
    match note {
        SourceNote::Resampled { to_hz } => {
            Some(format!("resampled from {} to {to_hz} Hz", stem.source.rate_hz))
        }
        SourceNote::Padded { frames } => {
            Some(format!("{:.2} s of silence added at its end", seconds(*frames, session_hz)))
        }
        SourceNote::NonFinite { samples } => Some(format!("{samples} broken samples replaced by silence")),
        SourceNote::Damaged { what } => Some(format!("a damaged part passed over ({what})")),
        SourceNote::Truncated { expected, found } => Some(format!(
            "taken as far as it goes: {found} of the {expected} frames that its header promises"
        )),
        SourceNote::MonoToStereo | SourceNote::Misnamed { .. } => None,
    }
}

/// The rate of the session, as far as a stem's notes tell.
pub(crate) fn session_rate_hz(stem: &Stem) -> u32 {
    let resampled = stem.source.notes.iter().find_map(|note| match note {
        SourceNote::Resampled { to_hz } => Some(*to_hz),
        _ => None,
    });
    resampled.unwrap_or(stem.source.rate_hz)
}

/// Whether a move mends what is mended by consent only; it is named like the consent.
fn is_by_consent(m: &Move) -> bool {
    let By::Advisor(id) = &m.by else { return false };
    m.standing == Standing::Active && Repair::ALL.iter().any(|repair| repair.name() == id)
}

fn by_consent(m: &Move) -> Repaired {
    Repaired { at: m.at.clone(), what: m.because.clone() }
}
