use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($variant:ident $key:literal: $($word:literal)*;)*) => {
        /// What a stem plays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum Role { $($variant,)* #[default] Unknown }

        impl Role {
            /// The key in a session.
            pub fn key(self) -> &'static str { match self { $(Self::$variant => $key,)* Self::Unknown => "unknown" } }
        }

        const WORDS: &[(Role, &[&str])] = &[$((Role::$variant, &[$($word),*])),*];
    };
}

// Order matters: the first role with a word in the name wins, so the particular stand before the general.
roles! {
    BackingVocal "backing_vocal": "backing" "bgv" "bvox" "bvs" "bv" "choir" "harmony" "harmonies" "adlib" "adlibs" "chor";
    LeadVocal "lead_vocal": "vocal" "vocals" "vox" "voice" "gesang" "voz" "voix" "acapella" "rap" "ldvox";
    Kick "kick": "kick" "kik" "bd" "bassdrum" "bombo";
    Percussion "percussion": "perc" "percs" "percussion" "shaker" "conga" "congas" "tambourine";
    Drums "drums": "drum" "drums" "drm" "drms" "beat" "beats" "schlagzeug" "bateria" "batería" "batterie" "snare" "hats" "hihat" "toms" "overheads";
    Bass "bass": "bass" "bajo" "basse" "sub" "808";
    Guitars "guitars": "guitar" "guitars" "gtr" "gtrs" "git" "gitarre" "guitarra" "clavinet";
    Keys "keys": "keys" "piano" "organ" "rhodes" "klavier" "teclado" "epiano";
    Strings "strings": "strings" "violin" "violins" "cello" "streicher" "cuerdas";
    Brass "brass": "brass" "horn" "horns" "trumpet" "sax" "winds" "woodwinds";
    Synths "synths": "synth" "synths" "pad" "pads" "arp" "pluck" "lead" "leads";
    Fx "fx": "fx" "sfx" "effects" "noise" "risers" "atmo";
    Mix "mix": "mix" "mixdown" "stereo" "premaster" "fullmix";
    Music "music": "music" "instrumental" "inst" "band" "backing-track" "rest" "other" "playback";
}

impl Role {
    /// The role that a file's name suggests; `Unknown` where it suggests none.
    pub fn from_name(name: &str) -> Self {
        let lower = name.to_lowercase();
        let words: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        WORDS
            .iter()
            .find(|(_, known)| words.iter().any(|w| known.contains(w)))
            .or_else(|| {
                // `kick2`, `vox1`: the same without the number at the end
                WORDS.iter().find(|(_, known)| {
                    words.iter().any(|w| known.contains(&w.trim_end_matches(|c: char| c.is_ascii_digit())))
                })
            })
            .map_or(Self::Unknown, |(role, _)| *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_suggest_roles() {
        for (name, role) in [
            ("vocals_lead", Role::LeadVocal),
            ("vocals_backing", Role::BackingVocal),
            ("01_LD VOX_wet", Role::LeadVocal),
            ("Gesang", Role::LeadVocal),
            ("batería", Role::Drums),
            ("kick2", Role::Kick),
            ("bass", Role::Bass),
            ("brass_winds", Role::Brass),
            ("lead_guitar", Role::Guitars),
            ("lead", Role::Synths),
            ("band_rest", Role::Music),
            ("mix", Role::Mix),
            ("track 7", Role::Unknown),
        ] {
            assert_eq!(Role::from_name(name), role, "{name}");
        }
    }
}
