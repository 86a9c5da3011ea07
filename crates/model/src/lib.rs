//! The words of Acetate as types: units, audio, parameters, readings, findings, moves, sessions.
//!
//! Nothing here touches a disk, a clock, a thread or a random number.

extern crate self as acetate_model;

mod amount;
mod audio;
mod brief;
mod case;
mod cells;
mod finding;
mod form;
mod maths;
mod meter;
mod param;
mod part;
mod place;
mod plan;
mod processor;
mod profile;
mod proof;
mod quantity;
mod reading;
mod role;
mod session;
mod tags;
mod unit;
mod version;

pub use acetate_macros::{Choice, Params};
pub use amount::{Amount, has_amounts, scaled};
pub use audio::{Audio, Block, Source, SourceError, Spec};
pub use brief::{Brief, Intent, Mode, Repair, Strength, Wrong};
pub use case::{Advice, Advisor, Case, Check, Fault, Stage};
pub use cells::Cells;
pub use finding::{Evidence, Finding, Severity};
pub use form::{FileForm, Format};
pub use maths::{amplitude, amplitude_db, eased, power_db};
pub use meter::{Comparison, ComparisonEntry, Ensemble, Meter, MeterEntry, Relation};
pub use param::{Choice, Field, Kind, List, Map, Opt, Param, ParamError, Params, reject_unknown_keys};
pub use part::{MAX_START_SECONDS, Part, RightHalf};
pub use place::{Name, Place};
pub use plan::{By, Move, Process, Promise, Standing};
pub use processor::{Curve, Processor, ProcessorEntry, Reduction, Settings};
pub use profile::{Ending, Profile};
pub use proof::{MoveProof, PlanProof, Proved, SectionProof};
pub use quantity::Quantity;
pub use reading::{Reading, Readings, Value};
pub use role::{Role, RoleBy, RoleGuess};
pub use serde_json::Value as Json;
pub use session::{
    Acceptance, CodecCheck, Decision, Deliverable, Kept, Levels, MOST_STEMS, MixRequest, Outcome, Playback,
    Repaired, SESSION_FORMAT, Session, SourceInfo, SourceNote, Stem, Sum, Verdict, VerdictChoice, Weighed,
    Worked,
};
pub use tags::Tags;
pub use unit::{Db, Dbfs, Dbtp, Degrees, Hz, Lu, Lufs, Ms, Percent, Q, Ratio, Unit};
pub use version::{Cut, Version};
