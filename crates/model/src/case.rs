use crate::{Brief, Finding, Move, Readings, Stem};

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
    /// Advises.
    pub run: fn(&Case) -> Advice,
}

/// What an advisor says.
pub type Advice = Vec<Move>;
