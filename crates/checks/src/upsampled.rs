use acetate_model::{Case, Check, Evidence, Finding, Quantity, Severity, Stage, Stem};

use crate::look::{Resting, found, place, scalar};

pub(crate) const CHECK: Check = Check {
    code: "upsampled",
    about: "Looks for stems that were at a lower rate before: nothing but a floor above half of a common rate. The \
            higher rate brings nothing, and one more conversion was made on the way. Keeps quiet when the cut lies \
            near half of the stem's own rate.",
    run,
};

/// Lossy coders at common bit rates and instruments with highs reach further; what ends here sounds dull.
pub(crate) const DULL_HZ: f64 = 17_000.0;

/// Far more than any filter of an instrument falls at one place.
pub(crate) const LEAST_DROP_DB: f64 = 30.0;

/// Above this share of its rate every stem is cut, by the filter of its converter.
const OWN_CUT: f64 = 0.47;

/// Rates that sessions, samplers and recorders have. 32 kHz is left out: half of it is where MP3 is cut.
const RATES_HZ: [u32; 6] = [22_050, 24_000, 44_100, 48_000, 88_200, 96_000];

/// Where the filters of resamplers stand, re half of the lower rate; lossy coders cut at 20 kHz at most, below it.
const CUT_OF_HALF: [f64; 2] = [0.955, 1.008];

/// A cut in the spectrum of a stem.
pub(crate) struct Cut<'a> {
    pub stem: &'a Stem,
    pub edge: Evidence,
    pub drop: Evidence,
    /// The rate it was at, if it was cut by that.
    pub from_rate_hz: Option<u32>,
}

/// The stems whose spectrum was cut off well below half of their rate.
pub(crate) fn cuts<'a>(case: &Case<'a>) -> impl Iterator<Item = Cut<'a>> {
    let stems = if case.stage == Stage::Input { case.stems } else { &[] };
    stems.iter().filter_map(|stem| {
        let at = place(stem);
        let own_cut_hz = OWN_CUT * f64::from(stem.source.rate_hz);
        let edge = scalar(case, &at, Quantity::BandEdge).filter(|e| e.value <= own_cut_hz)?;
        let drop = scalar(case, &at, Quantity::EdgeDrop).filter(|e| e.value >= LEAST_DROP_DB)?;
        let from_rate_hz = RATES_HZ.into_iter().find(|&hz| {
            let of_half = 2.0 * edge.value / f64::from(hz);
            hz < stem.source.rate_hz && (CUT_OF_HALF[0]..=CUT_OF_HALF[1]).contains(&of_half)
        });
        Some(Cut { stem, edge, drop, from_rate_hz })
    })
}

fn run(case: &Case) -> Vec<Finding> {
    cuts(case).filter_map(|cut| cut.from_rate_hz.map(|hz| upsampled(&cut, hz))).collect()
}

fn upsampled(cut: &Cut, from_rate_hz: u32) -> Finding {
    let severity = if cut.edge.value <= DULL_HZ { Severity::Warning } else { Severity::Note };
    let text = format!(
        "Is at {} Hz but has nothing above {:.1} kHz: it was at {from_rate_hz} Hz before.",
        cut.stem.source.rate_hz,
        cut.edge.value / 1000.0
    );
    let hint = "Export it at the rate of its session; nothing is gained by a conversion to a higher one.";
    let evidence = [cut.edge.clone(), cut.drop.clone().usual(0.0, LEAST_DROP_DB)];
    found(CHECK.code, severity, &place(cut.stem), text, hint).resting_on(evidence)
}
