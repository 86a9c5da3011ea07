//! The faults, each a line in the list of its file.

mod basics;
mod channels;
mod disturbances;
mod edges;
mod pairs;
mod truth;

use super::Fault;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    [basics::FAULTS, channels::FAULTS, edges::FAULTS, truth::FAULTS, disturbances::FAULTS, pairs::FAULTS]
        .into_iter()
        .flatten()
}
