//! The whole way from stems to files, on the demo and on the songs that `ACETATE_SONGS` names: one program, so that the songs
//! are read and heard once for all that judges them, and the tests keep every core busy.

mod balance;
mod common;
mod delivery;
mod flaws;
mod foretold;
mod letter;
mod memory;
mod neutral;
mod null;
mod origin;
mod pairs;
mod planted;
mod promises;
mod proof;
mod reference;
mod ride;
mod roles;
mod same_bytes;
mod steady;
mod tonal;
