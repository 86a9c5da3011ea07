//! The ways of mastering that are compared.

use acetate_mastering::model::{Brief, Mode, Place, Repair};

use crate::peers::Peer;

/// A way of mastering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The sum through the limiter alone: what nothing mends.
    Limited,
    /// Acetate with only the sum to touch.
    Stereo,
    /// Acetate with the stems to touch.
    Stems,
    /// Acetate as it decides.
    Auto,
    /// As it decides, beside the client's mix, with consent to put right what the export did.
    WithMix,
    /// As it decides, with another master of the clean song as reference.
    WithReference,
    /// Another program; Matchering gets the master of another song as reference.
    Peer(Peer),
    /// Matchering with another master of the clean song as reference.
    MatcheringWithReference,
}

impl Way {
    /// All of them, those of Acetate first.
    pub const ALL: [Self; 10] = [
        Self::Limited,
        Self::Stereo,
        Self::Stems,
        Self::Auto,
        Self::WithMix,
        Self::WithReference,
        Self::Peer(Peer::Matchering),
        Self::Peer(Peer::Libsonare),
        Self::Peer(Peer::LibsonareStems),
        Self::MatcheringWithReference,
    ];

    /// The other program, where it is one.
    pub fn peer(self) -> Option<Peer> {
        match self {
            Self::Peer(peer) => Some(peer),
            Self::MatcheringWithReference => Some(Peer::Matchering),
            _ => None,
        }
    }

    /// Whether it is given what shows the clean song.
    pub fn is_told(self) -> bool {
        matches!(self, Self::WithMix | Self::WithReference | Self::MatcheringWithReference)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Limited => "sum and limiter",
            Self::Peer(Peer::Matchering) => "Matchering",
            Self::Peer(Peer::Libsonare) => "libsonare",
            Self::Peer(Peer::LibsonareStems) => "libsonare, stems",
            Self::MatcheringWithReference => "Matchering, with a master of it",
            Self::Stereo => "stereo",
            Self::Stems => "stems",
            Self::Auto => "auto",
            Self::WithMix => "auto, with the mix",
            Self::WithReference => "auto, with a master of it",
        }
    }

    pub fn brief(self) -> Brief {
        let mode = match self {
            Self::Stereo | Self::Limited => Mode::Stereo,
            Self::Stems => Mode::Stems,
            _ => Mode::Auto,
        };
        let repair = if self == Self::WithMix { Repair::ALL.to_vec() } else { Vec::new() };
        let lock = if self == Self::Limited { vec![Place::Master] } else { Vec::new() };
        Brief { mode, repair, lock, ..Brief::default() }
    }

    /// Whether it is asked about a flaw.
    pub fn tells(self, flaw: &str) -> bool {
        match self {
            Self::WithMix => OF_AN_EXPORT.contains(&flaw),
            Self::WithReference | Self::MatcheringWithReference => SHOWN_BY_A_MASTER.contains(&flaw),
            _ => true,
        }
    }
}

/// Flaws that another master of the same song shows, and those that only an export can make.
pub(crate) const SHOWN_BY_A_MASTER: [&str; 4] = ["LVL", "DULL", "HARSH", "MUD"];
pub(crate) const OF_AN_EXPORT: [&str; 2] = ["POL", "DLY"];
