use crate::{Brief, Evidence, Finding, Move, Place, Readings, Stem};

/// All that a decision may rest on. It holds no samples.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Before or after mastering.
    pub stage: Stage,
    /// The wish.
    pub brief: &'a Brief,
    /// What came in.
    pub stems: &'a [Stem],
    /// What was measured. On the input, `master` is the plain sum of the stems.
    pub readings: &'a Readings,
    /// What was found so far.
    pub findings: &'a [Finding],
}

/// Which end of the work a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The delivery.
    Input,
    /// The master.
    Output,
}

/// One entry of the list `CHECKS`: readings to findings.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The code of its findings.
    pub code: &'static str,
    /// What it looks for, why it matters, and when it keeps quiet.
    pub about: &'static str,
    /// Looks.
    pub run: fn(&Case) -> Vec<Finding>,
}

/// One entry of the list `ADVISORS`: readings and brief to moves.
#[derive(Debug, Clone, Copy)]
pub struct Advisor {
    /// Its id, the last part of its moves' ids.
    pub id: &'static str,
    /// What it looks for, what it does about it, and when it keeps quiet.
    pub about: &'static str,
    /// Whether it only does what the brief consents to, whichever way the song is mastered.
    pub repairs: bool,
    /// Finds how far the song is from what is usual, in what this advisor knows of.
    pub faults: fn(&Case) -> Vec<Fault>,
    /// Advises.
    pub run: fn(&Case) -> Advice,
}

/// Something that is not as usual, whether a move answers it or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Where.
    pub at: Place,
    /// From 0, nothing, over 1, worth a move, to 3, grave. It grows from 0 at the edge of what is usual, without a step.
    pub severity: f64,
    /// Whether it is past what a master may mend, so that only the mix can.
    pub beyond: bool,
    /// What the mix engineer would do about it, in a sentence whose numbers stand in `evidence`.
    pub remedy: String,
    /// The numbers behind it.
    pub evidence: Vec<Evidence>,
}

impl Fault {
    /// The highest severity.
    pub const GRAVEST: f64 = 3.0;
}

/// What an advisor says.
pub type Advice = Vec<Move>;
