//! The faults, each a line in the list of its file.

mod basics;
mod disturbances;

use super::Fault;

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Fault> {
    [basics::FAULTS, disturbances::FAULTS].into_iter().flatten()
}
