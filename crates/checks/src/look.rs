//! How checks look at a case and say what they found.

use acetate_model::{
    Case, Evidence, Finding, Place, Quantity, Repair, Severity, SourceNote, Stage, Stem, Value,
};

/// Every stem of a delivery, then the sum unless it is the same as the only stem; of a master only itself.
pub(crate) fn places(case: &Case) -> Vec<Place> {
    match (case.stage, case.stems) {
        (Stage::Output, _) => vec![Place::Master],
        (Stage::Input, [only]) => vec![place(only)],
        (Stage::Input, stems) => stems.iter().map(place).chain([Place::Master]).collect(),
    }
}

/// Where a stem is.
pub(crate) fn place(stem: &Stem) -> Place {
    Place::stem(&stem.name)
}

/// The stems of a delivery with each of their notes; nothing after mastering.
pub(crate) fn notes<'a>(case: &Case<'a>) -> impl Iterator<Item = (&'a Stem, &'a SourceNote)> {
    let stems = if case.stage == Stage::Input { case.stems } else { &[] };
    stems.iter().flat_map(|stem| stem.source.notes.iter().map(move |note| (stem, note)))
}

/// Whether a meter listened for a level there and heard none.
pub(crate) fn is_silent(case: &Case, at: &Place) -> bool {
    matches!(case.readings.get(at, Quantity::SamplePeak), Some(Value::Undefined(_)))
}

/// A scalar as evidence.
pub(crate) fn scalar(case: &Case, at: &Place, quantity: Quantity) -> Option<Evidence> {
    case.readings.scalar(at, quantity).map(|value| Evidence::new(at, quantity, value))
}

/// The stretches, as `[from, to]` in milliseconds, of hops in a row in which a timeline's value `counts`.
pub(crate) fn stretches(
    case: &Case,
    at: &Place,
    quantity: Quantity,
    counts: impl Fn(f64) -> bool,
) -> Vec<[f64; 2]> {
    let Some(Value::Timeline { start_ms, hop_ms, values }) = case.readings.get(at, quantity) else {
        return Vec::new();
    };
    let mut stretches: Vec<[f64; 2]> = Vec::new();
    let mut last = None;
    for (hop, _) in values.iter().enumerate().filter(|(_, value)| value.is_some_and(|v| counts(v.into()))) {
        let to = start_ms + (hop + 1) as f64 * hop_ms;
        match stretches.last_mut() {
            Some(stretch) if last.is_some_and(|l| l + 1 == hop) => stretch[1] = to,
            _ => stretches.push([to - hop_ms, to]),
        }
        last = Some(hop);
    }
    stretches
}

/// A finding without times or evidence.
pub(crate) fn found(code: &str, severity: Severity, at: &Place, text: String, hint: &str) -> Finding {
    Finding {
        code: code.to_owned(),
        severity,
        at: at.clone(),
        when_ms: Vec::new(),
        text,
        hint: hint.to_owned(),
        repair: None,
        evidence: Vec::new(),
    }
}

/// Adds what a finding rests on.
pub(crate) trait Resting {
    /// With evidence.
    fn resting_on(self, evidence: impl IntoIterator<Item = Evidence>) -> Self;
    /// With times, `[from, to]` in milliseconds.
    fn at_times(self, when_ms: Vec<[f64; 2]>) -> Self;
    /// With the consent under which it is mended here.
    fn mended_by(self, repair: Repair) -> Self;
}

impl Resting for Finding {
    fn resting_on(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
    fn at_times(mut self, when_ms: Vec<[f64; 2]>) -> Self {
        self.when_ms = when_ms;
        self
    }
    fn mended_by(mut self, repair: Repair) -> Self {
        self.repair = Some(repair);
        self
    }
}
