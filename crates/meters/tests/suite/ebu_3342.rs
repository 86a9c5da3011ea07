//! EBU Tech 3342, table 1; cases 5 and 6 are recorded programmes.

use acetate_model::Quantity;

use crate::signals::{assert_near, scalar, steps};

#[test]
fn cases_1_to_4() {
    let cases: [(&[f64], f64); 4] = [
        (&[-20.0, -30.0], 10.0),
        (&[-20.0, -15.0], 5.0),
        (&[-40.0, -20.0], 20.0),
        (&[-50.0, -35.0, -20.0, -35.0, -50.0], 15.0),
    ];
    for (levels, lu) in cases {
        let audio = steps(levels.iter().map(|&level| (Some(level), 20.0)));
        assert_near(scalar(&audio, Quantity::LoudnessRange), lu, 1.0, format!("{levels:?}"));
    }
}
