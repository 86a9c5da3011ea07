//! What each role sounds like. Where the numbers come from: the registers of instruments and voices, how often notes
//! follow each other in music, the noise of membranes and metal, the formants and sibilants of speech. They are wide;
//! how they do on songs that were looked at while they were written, and on others, is printed by `cargo xtask roles`.

use acetate_model::{Quantity, Role};

/// What a role sounds like.
pub(super) struct Sounds {
    pub role: Role,
    /// The highest confidence: how well readings tell it from its neighbours.
    pub most: f64,
    /// Every one of these has to hold; the most telling first.
    pub looks: &'static [Look],
}

/// One observation.
pub(super) struct Look {
    pub what: Trait,
    /// Below the first and above the last it does not hold, from the second to the third it does.
    pub range: [f64; 4],
    /// Whether it holds where nothing was read: what has no pitch has none that moves.
    pub may_lack: bool,
    pub words: &'static str,
}

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) enum Trait {
    /// A reading.
    Read(Quantity),
    /// The power below a frequency over the whole, in dB.
    Below(f64),
    /// The power above a frequency over the whole, in dB.
    Above(f64),
    /// How far the level swings in the band whose centre lies in a range.
    Swing(f64, f64),
}

impl Trait {
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Read(quantity) => quantity.symbol(),
            _ => "dB",
        }
    }
}

/// Nothing stops it at this end.
const OPEN: f64 = f64::INFINITY;

/// At least: no longer holds at the first, holds wholly from the second on.
const fn least(what: Trait, none: f64, full: f64, words: &'static str) -> Look {
    Look { what, range: [none, full, OPEN, OPEN], may_lack: false, words }
}

/// At most: holds wholly up to the first, no longer at the second.
const fn most(what: Trait, full: f64, none: f64, words: &'static str) -> Look {
    Look { what, range: [-OPEN, -OPEN, full, none], may_lack: true, words }
}

const fn within(what: Trait, range: [f64; 4], words: &'static str) -> Look {
    Look { what, range, may_lack: false, words }
}

const LOW: Trait = Trait::Below(150.0);
const SUB: Trait = Trait::Below(75.0);
const HIGH: Trait = Trait::Above(4500.0);
const LOW_MID_SWING: Trait = Trait::Swing(120.0, 600.0);
const MID_SWING: Trait = Trait::Swing(600.0, 3000.0);
const ONSETS: Trait = Trait::Read(Quantity::Onsets);
const ATTACK: Trait = Trait::Read(Quantity::Attack);
const PERIODICITY: Trait = Trait::Read(Quantity::Periodicity);
const PITCHED: Trait = Trait::Read(Quantity::Pitched);
const PITCH_LOW: Trait = Trait::Read(Quantity::PitchLow);
const PITCH: Trait = Trait::Read(Quantity::Pitch);
const PITCH_HIGH: Trait = Trait::Read(Quantity::PitchHigh);
const GLIDE: Trait = Trait::Read(Quantity::Glide);
const COLOUR: Trait = Trait::Read(Quantity::Colour);
const SIBILANCE: Trait = Trait::Read(Quantity::Sibilance);
const FLATNESS: Trait = Trait::Read(Quantity::Flatness);
const SIDES: Trait = Trait::Read(Quantity::SideToMid);
const ACTIVITY: Trait = Trait::Read(Quantity::Activity);
const RANGE: Trait = Trait::Read(Quantity::LoudnessRange);
const CREST: Trait = Trait::Read(Quantity::Crest);

/// The roles that a sound may tell. A mix is not among them: it sounds like music.
pub(super) const ROLES: &[Sounds] = &[
    Sounds {
        role: Role::Kick,
        most: 0.9,
        looks: &[
            least(LOW, -1.5, -0.5, "nearly all of it lies below 150 Hz"),
            least(ATTACK, 6.0, 9.0, "it strikes hard"),
            most(PERIODICITY, 0.6, 0.75, "it is too short to be a tone"),
            least(LOW_MID_SWING, 6.0, 10.0, "it leaves gaps"),
            most(SIBILANCE, 4.0, 12.0, "no cymbals"),
            within(ONSETS, [0.3, 0.7, 6.0, 8.0], "as often as a foot may kick"),
            most(HIGH, -17.0, -12.0, "little above 4.5 kHz"),
        ],
    },
    Sounds {
        role: Role::Drums,
        most: 0.95,
        looks: &[
            least(FLATNESS, -16.0, -11.5, "it is noise more than tones"),
            least(ATTACK, 5.0, 7.5, "it strikes hard"),
            least(LOW_MID_SWING, 5.5, 8.5, "it leaves gaps"),
            least(MID_SWING, 4.0, 7.0, "it leaves gaps in the middle"),
            least(ONSETS, 0.8, 1.5, "it strikes often"),
            most(PITCHED, 45.0, 65.0, "hardly a pitch"),
            most(COLOUR, 1.0, 1.8, "no tone goes on under it"),
            least(SIBILANCE, -1.0, 3.0, "cymbals"),
            least(HIGH, -28.0, -20.0, "bright"),
            within(LOW, [-16.0, -9.0, -0.5, -0.3], "with a low end"),
            most(SUB, -2.0, -1.2, "and more than that"),
            most(SIDES, -12.0, -7.0, "its weight in the middle"),
        ],
    },
    Sounds {
        role: Role::Percussion,
        most: 0.75,
        looks: &[
            least(FLATNESS, -18.0, -13.0, "it is noise more than tones"),
            least(ATTACK, 5.0, 7.5, "it strikes hard"),
            most(LOW, -16.0, -9.0, "no low end"),
            least(ONSETS, 0.8, 1.5, "it strikes often"),
            most(PITCHED, 45.0, 65.0, "hardly a pitch"),
            least(MID_SWING, 5.0, 8.0, "it leaves gaps"),
        ],
    },
    Sounds {
        role: Role::Bass,
        most: 0.95,
        looks: &[
            least(LOW, -5.5, -1.5, "most of it lies below 150 Hz"),
            most(PITCH_LOW, 64.0, 80.0, "it reaches below a guitar"),
            least(PERIODICITY, 0.65, 0.8, "one tone at a time"),
            least(PITCHED, 30.0, 50.0, "it has a pitch"),
            most(PITCH, 130.0, 190.0, "its pitch is low"),
            most(PITCH_HIGH, 230.0, 330.0, "its highest pitch is low"),
            least(SUB, -20.0, -13.0, "it has weight below 75 Hz"),
            most(HIGH, -28.0, -22.0, "little above 4.5 kHz"),
            most(FLATNESS, -20.0, -15.0, "hardly any noise"),
            most(SIDES, -9.0, -5.0, "in the middle"),
        ],
    },
    Sounds {
        role: Role::LeadVocal,
        most: 0.95,
        looks: &[
            least(GLIDE, 35.0, 60.0, "its pitch glides as only voices do"),
            least(COLOUR, 1.3, 2.0, "its colour moves like vowels"),
            within(SIBILANCE, [0.0, 2.0, 22.0, 35.0], "sibilants"),
            within(PITCH, [75.0, 95.0, 480.0, 700.0], "its pitch is that of a voice"),
            within(PITCHED, [8.0, 16.0, 75.0, 90.0], "sung and unsung by turns"),
            within(PERIODICITY, [0.3, 0.4, 0.93, 1.0], "neither noise nor a bare tone"),
            most(LOW, -15.0, -8.0, "nothing below a voice"),
            most(SIDES, -12.0, -7.0, "in the middle"),
        ],
    },
    Sounds {
        role: Role::BackingVocal,
        most: 0.7,
        looks: &[
            least(GLIDE, 25.0, 45.0, "its pitch glides"),
            least(COLOUR, 1.1, 1.6, "its colour moves like vowels"),
            within(SIBILANCE, [-1.0, 0.5, 22.0, 35.0], "sibilants"),
            within(PITCH, [75.0, 95.0, 600.0, 800.0], "its pitch is that of voices"),
            most(LOW, -15.0, -8.0, "nothing below a voice"),
            least(SIDES, -12.0, -7.0, "spread to the sides"),
        ],
    },
    Sounds {
        role: Role::Music,
        // never sure: one part may sound as full as many
        most: 0.75,
        looks: &[
            least(ACTIVITY, 80.0, 95.0, "it never stops"),
            within(LOW, [-14.0, -10.0, -0.8, -0.5], "a low end"),
            within(HIGH, [-30.0, -24.0, -8.0, -5.0], "and a top"),
            within(FLATNESS, [-25.0, -20.0, -10.0, -8.5], "noise and tones"),
            most(LOW_MID_SWING, 8.0, 11.0, "no gaps"),
            least(ONSETS, 0.3, 1.0, "something begins often"),
            most(ATTACK, 9.5, 11.5, "but not everything at once"),
            within(PERIODICITY, [0.4, 0.5, 0.8, 0.9], "several pitches at a time"),
            within(PITCHED, [5.0, 10.0, 55.0, 70.0], "seldom one pitch alone"),
            most(PITCH_LOW, 65.0, 90.0, "low pitches among them"),
            least(COLOUR, 0.8, 1.0, "tones under a moving colour"),
            least(SIDES, -25.0, -18.0, "spread to the sides"),
        ],
    },
    Sounds {
        role: Role::Strings,
        most: 0.6,
        looks: &[
            most(ONSETS, 1.0, 1.8, "hardly anything begins"),
            least(PERIODICITY, 0.7, 0.8, "tones"),
            most(LOW, -10.0, -6.0, "little below 150 Hz"),
            most(SIBILANCE, 0.5, 2.0, "no cymbals"),
            least(FLATNESS, -35.0, -30.0, "full of partials"),
            most(LOW_MID_SWING, 7.0, 10.0, "no gaps"),
            within(COLOUR, [0.5, 0.7, 2.0, 2.6], "its colour moves a little"),
        ],
    },
    Sounds {
        role: Role::Brass,
        most: 0.6,
        looks: &[
            least(PERIODICITY, 0.8, 0.9, "one tone at a time"),
            within(PITCH, [70.0, 130.0, 500.0, 700.0], "in the range of horns"),
            least(PITCHED, 60.0, 75.0, "it has a pitch"),
            most(ONSETS, 2.5, 4.0, "long notes"),
            most(LOW, -20.0, -12.0, "nothing below 150 Hz"),
            most(SIDES, -8.0, -4.0, "in the middle"),
            most(HIGH, -18.0, -14.0, "little above 4.5 kHz"),
        ],
    },
    Sounds {
        role: Role::Guitars,
        most: 0.6,
        looks: &[
            within(ONSETS, [0.5, 0.9, 5.0, 7.0], "notes follow each other"),
            least(PERIODICITY, 0.5, 0.6, "tones"),
            most(PITCH, 320.0, 450.0, "in the range of guitars"),
            most(LOW, -6.0, -3.0, "not mainly bass"),
            most(SIBILANCE, 0.5, 2.0, "no cymbals"),
            most(SIDES, -10.0, -6.0, "from one place"),
            most(FLATNESS, -13.0, -11.0, "tones more than noise"),
        ],
    },
    Sounds {
        role: Role::Keys,
        most: 0.6,
        looks: &[
            within(ONSETS, [0.5, 0.9, 5.0, 7.0], "notes follow each other"),
            most(GLIDE, 8.0, 15.0, "of fixed pitch"),
            least(PERIODICITY, 0.5, 0.6, "tones"),
            least(SIDES, -14.0, -9.0, "spread to the sides"),
            most(LOW, -4.0, -2.0, "not mainly bass"),
            most(SIBILANCE, 0.5, 2.0, "no cymbals"),
            most(FLATNESS, -14.0, -12.0, "tones more than noise"),
        ],
    },
    Sounds {
        role: Role::Synths,
        most: 0.6,
        looks: &[
            least(PERIODICITY, 0.6, 0.75, "tones"),
            most(ONSETS, 0.6, 1.5, "hardly anything begins"),
            most(MID_SWING, 5.0, 8.0, "no gaps"),
            most(CREST, 14.0, 17.0, "dense"),
            most(LOW, -6.0, -3.0, "not mainly bass"),
        ],
    },
    Sounds {
        role: Role::Fx,
        most: 0.6,
        looks: &[
            most(ACTIVITY, 50.0, 75.0, "only now and then"),
            most(PITCHED, 15.0, 30.0, "hardly a pitch"),
            most(PERIODICITY, 0.45, 0.6, "noise"),
            least(RANGE, 3.0, 7.0, "now loud, now soft"),
        ],
    },
];
