mod guess;
mod spell;
mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use guess::{RoleBy, RoleGuess};

macro_rules! roles {
    ($($variant:ident $key:literal $label:literal;)*) => {
        /// What a stem plays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum Role { $($variant,)* #[default] Unknown }

        impl Role {
            /// All of them but `Unknown`.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The key in a session.
            pub fn key(self) -> &'static str { match self { $(Self::$variant => $key,)* Self::Unknown => "unknown" } }
            /// As people say it.
            pub fn label(self) -> &'static str { match self { $(Self::$variant => $label,)* Self::Unknown => "unknown" } }
        }
    };
}

roles! {
    Kick "kick" "kick";
    Drums "drums" "drums";
    Percussion "percussion" "percussion";
    Bass "bass" "bass";
    Guitars "guitars" "guitars";
    Keys "keys" "keys";
    Synths "synths" "synths";
    Strings "strings" "strings";
    Brass "brass" "brass and winds";
    LeadVocal "lead_vocal" "lead vocal";
    BackingVocal "backing_vocal" "backing vocals";
    Fx "fx" "effects";
    Music "music" "music";
    Mix "mix" "mix";
}

impl Role {
    /// From this confidence on, a role may decide what is done to a stem.
    pub const TRUSTED: f64 = 0.8;

    /// The role that a file's name suggests; `Unknown` where it suggests none.
    pub fn from_name(name: &str) -> Self {
        RoleGuess::from_name(name).role
    }
}
