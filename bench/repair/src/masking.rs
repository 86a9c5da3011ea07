//! How far each stem is heard among the others in a finished file.

use acetate_advisors::scene::{Covers, unmasked};

use crate::projection::{Fit, Stems};

/// The masked-to-unmasked ratio of each stem as it stands in a file: the loudness of the fitted stem among the others over
/// its loudness alone, by the law of the comparison `masking`, over seconds and bands. None for one that is silent.
pub(crate) fn heard(stems: &Stems, fit: &Fit) -> Vec<Option<f64>> {
    let covers = Covers::new(&stems.centres_hz());
    let of_stem = |n: usize| {
        let power =
            |cell: usize| fit.gains[cell][n].map_or(0.0, |gain| gain.norm_sqr()) * stems.power(cell, n);
        let own: Vec<f64> = (0..stems.cells()).map(power).collect();
        let none = vec![0.0; own.len()];
        covers.excitation(&[own, none])
    };
    let each: Vec<Vec<f64>> = (0..stems.count()).map(of_stem).collect();
    let mut all = vec![0.0; stems.cells()];
    for own in &each {
        all.iter_mut().zip(own).for_each(|(all, power)| *all += power);
    }
    each.iter().map(|own| unmasked(own, &all, stems.bands())).collect()
}

/// How much less the stem that lost most is heard in one file than in another, as a change of its ratio.
pub(crate) fn most_lost(stems: &Stems, fit: &Fit, plain: &Fit) -> f64 {
    let (after, before) = (heard(stems, fit), heard(stems, plain));
    after.iter().zip(before).filter_map(|(after, before)| Some((*after)? - before?)).fold(0.0, f64::min)
}
