//! Which stem a part of the spectrum belongs to.

use acetate_model::{Case, Cells, Place, Quantity, Stem};

use crate::moves::{place, ramp};

/// From the first share of a band's power a stem may answer for it at the master in part, from the second on in whole: a
/// correction of the sum is then mostly one of the stem.
const OWNS: [f64; 2] = [0.65, 0.75];

/// How far a change of the sum between two frequencies may stand for one of the stem, from 0 to 1.
pub(crate) fn owns(case: &Case, stem: &Stem, between_hz: [f64; 2]) -> f64 {
    ramp(share(case, stem, between_hz), OWNS[0], OWNS[1])
}

/// The share of a stem in the power of all stems between two frequencies; 0 where nothing was measured.
pub(crate) fn share(case: &Case, stem: &Stem, between_hz: [f64; 2]) -> f64 {
    let all: f64 = case.stems.iter().map(|stem| power(case, &place(stem), between_hz)).sum();
    if all > 0.0 { power(case, &place(stem), between_hz) / all } else { 0.0 }
}

fn power(case: &Case, at: &Place, [from, to]: [f64; 2]) -> f64 {
    let of = |cells: &Cells| -> f64 {
        let powers = cells.powers();
        let inside = (0..cells.hz.len()).filter(|&band| (from..to).contains(&cells.hz[band]));
        inside.flat_map(|band| powers.iter().skip(band).step_by(cells.hz.len())).sum()
    };
    let layers = [Quantity::MidCells, Quantity::SideCells];
    layers.into_iter().filter_map(|layer| case.readings.cells(at, layer)).map(of).sum()
}
