//! The faults, each a line in the list of its file.

mod basics;
mod edges;
mod truth;

use super::Fault;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    [basics::FAULTS, edges::FAULTS, truth::FAULTS].into_iter().flatten()
}
