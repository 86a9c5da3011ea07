use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Brief, Evidence, FileForm, Finding, Format, Lufs, Move, MoveProof, Part, Place, PlanProof, Promise,
    Quantity, Readings, Reduction, Role, RoleBy, RoleGuess,
};

/// The version of the session's form.
pub const SESSION_FORMAT: u32 = 1;

/// The most stems of a delivery that is not asked to be grouped.
pub const MOST_STEMS: usize = 12;

/// The record of a song's mastering: written by the program, editable, enough to render again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Where the form is described.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of this form.
    pub format: u32,
    /// The program and version that wrote it.
    pub made_by: String,
    /// Frames per second of the work: the highest rate among the stems.
    pub rate_hz: u32,
    /// The wish.
    pub brief: Brief,
    /// What came in.
    pub stems: Vec<Stem>,
    /// The client's stereo mix, for comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mix: Option<Stem>,
    /// The songs that this one shall sound like, in the order of the brief.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Stem>,
    /// Files of the delivery that were not taken, each with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<String>,
    /// What was measured on the input.
    pub readings: Readings,
    /// What a person should know about the input.
    pub findings: Vec<Finding>,
    /// Whether the input can be mastered, and what had to be done to it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<Acceptance>,
    /// How the song should be mastered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What is done, in order within each place.
    pub plan: Vec<Move>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// One file of the delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stem {
    /// Its name in this session, unique.
    pub name: String,
    /// What it plays.
    pub role: Role,
    /// How the role was found.
    #[serde(default)]
    pub role_by: RoleBy,
    /// How sure the role is, from 0 to 1.
    #[serde(default)]
    pub confidence: f64,
    /// What the role rests on, in a few words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub because: String,
    /// The file it came from.
    pub source: SourceInfo,
}

impl Stem {
    /// A stem whose role was found.
    pub fn new(name: &str, found: RoleGuess, source: SourceInfo) -> Self {
        let RoleGuess { role, by, confidence, because } = found;
        Self { name: name.to_owned(), role, role_by: by, confidence, because, source }
    }

    /// Its role if that is sure enough to act on, else `Unknown`: what is not sure is treated like anything.
    pub fn trusted_role(&self) -> Role {
        if self.confidence >= Role::TRUSTED { self.role } else { Role::Unknown }
    }
}

/// What a file is, as found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SourceInfo {
    /// The path, as given.
    pub path: String,
    /// Which part of it, where the stem is not the whole file.
    #[serde(default, skip_serializing_if = "Part::is_whole")]
    pub part: Part,
    /// Container and coding, for people: `WAV 24 bit`.
    pub coding: String,
    /// Frames per second in the file.
    pub rate_hz: u32,
    /// Channels of the file, or of the part that was taken.
    pub channels: usize,
    /// Bits per sample where the coding has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// Frames in the file, at its own rate.
    pub frames: u64,
    /// SHA-256 of the file, or of the archive's entry, in hexadecimal.
    pub sha256: String,
    /// What had to be done or was odd while reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<SourceNote>,
}

/// What had to be done, or was odd, while reading a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceNote {
    /// Brought to the session rate.
    Resampled {
        /// The session rate.
        to_hz: u32,
    },
    /// Silence added at the end to the length of the longest.
    Padded {
        /// How much, at the session rate.
        frames: u64,
    },
    /// One channel made two.
    MonoToStereo,
    /// Put at its place in the song by the time reference in the file (`bext`, EBU Tech 3285).
    StartsAt {
        /// Silence added before it, at the file's own rate.
        frames: u64,
    },
    /// The file has a time reference that differs from those of the others, and it was not used.
    StartIgnored {
        /// How much later than the earliest it says that it begins, at the file's own rate.
        frames: u64,
        /// Why it was not used.
        why: String,
    },
    /// The file ends before its header says; what was there is used.
    Truncated {
        /// Frames by the header.
        expected: u64,
        /// Frames found.
        found: u64,
    },
    /// Samples that were NaN or infinite became silence.
    NonFinite {
        /// How many.
        samples: u64,
    },
    /// A part could not be decoded and was passed over or replaced by silence.
    Damaged {
        /// What the decoder said.
        what: String,
    },
    /// The name says one kind of file, the bytes another.
    Misnamed {
        /// What it is.
        really: String,
    },
}

/// What becomes of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The decision.
    pub decision: Decision,
    /// What was done to it, or will be by consent, before any mastering.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repaired: Vec<Repaired>,
}

/// Whether a delivery can be mastered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// As it is.
    Accepted,
    /// As it is, though something should be known.
    AcceptedWithNotes,
    /// After something was done to it.
    Repaired,
    /// Not before something else is sent.
    Rejected,
}

impl Decision {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedWithNotes => "accepted with notes",
            Self::Repaired => "repaired",
            Self::Rejected => "rejected",
        }
    }
}

/// Something that was done to a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repaired {
    /// Where.
    pub at: Place,
    /// What, in words.
    pub what: String,
}

/// How the song should be mastered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The choice.
    pub choice: VerdictChoice,
    /// Why, in sentences.
    pub because: Vec<String>,
    /// What the ways were worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weighed: Option<Weighed>,
    /// What the mix engineer would do, the gravest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub for_the_mix: Vec<MixRequest>,
}

/// How much is amiss, as the sum of the squared severities of all faults: before, and as predicted of each way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Weighed {
    /// As sent.
    pub as_sent: f64,
    /// With the best plan for the sum.
    pub stereo: f64,
    /// With the best plan for the stems; none where there is but one file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stems: Option<f64>,
}

/// Something for the mix engineer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixRequest {
    /// Where.
    pub at: Place,
    /// What to do, in a sentence.
    pub what: String,
    /// The numbers behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// The three ways a song can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictChoice {
    /// Master the sum.
    Stereo,
    /// Correct stems, then master their sum.
    Stems,
    /// Nothing mastering may do would mend it.
    BackToMix,
}

/// What came of a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The written files.
    pub deliverables: Vec<Deliverable>,
    /// What services do to the master when they play it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub playback: Vec<Playback>,
    /// What codecs make of the song.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codecs: Vec<CodecCheck>,
    /// Which of them add up to which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sums: Vec<Sum>,
    /// The main master, measured on the written file.
    pub readings: Readings,
    /// What a person should know about the result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// How much each move that turns down did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worked: Vec<Worked>,
    /// What came of each move, measured: those that are heard, and those that were taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<MoveProof>,
    /// Whether the plan did the song good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<PlanProof>,
    /// How often the last stage was rendered until the promises held.
    pub passes: u32,
    /// What gave way, and why: a loudness that would have cost too much.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gave_way: Vec<String>,
}

/// How much one move turned down over a whole rendering.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Worked {
    /// The move.
    pub id: String,
    /// One entry, or one for each of its bands.
    pub reductions: Vec<Reduction>,
}

/// One written file and its promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deliverable {
    /// The path within the output folder.
    pub file: String,
    /// What it is written as.
    #[serde(default)]
    pub format: Format,
    /// Frames per second.
    pub rate_hz: u32,
    /// Bits per sample, or 0 where the format is lossy.
    pub bits: u32,
    /// Bit rate in kbit/s, of a lossy format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kbps: Option<u32>,
    /// By what all files of its group were turned down so that none exceeds full scale, in dB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned_down_db: Option<f64>,
    /// Frames per channel.
    pub frames: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// How loud it is.
    #[serde(default)]
    pub levels: Levels,
    /// Each promise with what was measured on the file, re-read from disk.
    pub promises: Vec<Kept>,
}

/// How loud a file is, measured on the file.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Levels {
    /// The loudness of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrated_lufs: Option<f64>,
    /// Its loudness range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loudness_range_lu: Option<f64>,
    /// The highest true peak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_peak_dbtp: Option<f64>,
    /// The loudest 400 ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_momentary_lufs: Option<f64>,
    /// The loudest 3 s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_short_term_lufs: Option<f64>,
}

impl Deliverable {
    /// What it is, for people: `FLAC 24 bit`, `MP3 320 kbit/s`.
    pub fn words(&self) -> String {
        let bits = Some(self.bits).filter(|bits| *bits > 0);
        FileForm { format: self.format, bits, kbps: self.kbps, ..FileForm::default() }.words()
    }
}

/// What a service does to the master when it plays it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Playback {
    /// The service, and its setting where it has several.
    pub service: String,
    /// The loudness that it plays at.
    pub plays_at_lufs: Lufs,
    /// By how much it turns this song up, or down where negative.
    pub gain_db: f64,
    /// The true peak of what is played.
    pub true_peak_dbtp: f64,
    /// How far its limiter turns peaks down; none where it has none, or none is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limited_db: Option<f64>,
}

/// What a codec makes of the song: encoded, decoded again, and measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodecCheck {
    /// The profile that asks for it.
    pub profile: String,
    /// What it is encoded as.
    pub form: FileForm,
    /// What was measured on the decoded audio.
    pub promises: Vec<Kept>,
}

/// Files that add up to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// The paths of the parts.
    pub parts: Vec<String>,
    /// The path of the whole.
    pub whole: String,
    /// By what the parts were turned down, in dB, and are turned up again before they are added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned_down_db: Option<f64>,
    /// How near they come, measured on the written files.
    pub promises: Vec<Kept>,
}

impl CodecCheck {
    /// The true peak of the decoded audio.
    pub fn true_peak_dbtp(&self) -> Option<f64> {
        self.promises.iter().find(|k| k.promise.quantity == Quantity::TruePeak)?.measured
    }
}

impl Outcome {
    /// Whether every promise was kept.
    pub fn kept(&self) -> bool {
        let of_files = self.deliverables.iter().flat_map(|d| &d.promises);
        let of_codecs = self.codecs.iter().flat_map(|c| &c.promises);
        let of_sums = self.sums.iter().flat_map(|s| &s.promises);
        of_files.chain(of_codecs).chain(of_sums).all(|p| p.kept)
    }
}

/// A promise after measuring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// What was promised.
    pub promise: Promise,
    /// What was measured; `None` where it is undefined.
    pub measured: Option<f64>,
    /// Whether it lies within.
    pub kept: bool,
    /// Why the promise differs from the wish, or why it was broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Kept {
    /// Compares; an undefined measurement keeps nothing.
    pub fn new(promise: Promise, measured: Option<f64>) -> Self {
        let [low, high] = promise.within;
        let kept = measured.is_some_and(|m| (low..=high).contains(&m));
        Self { promise, measured, kept, note: None }
    }
}
