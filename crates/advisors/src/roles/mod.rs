//! What a stem plays, by its sound: a table of what each role sounds like, and how the name, the sound and the brief
//! are weighed against each other.

mod table;

use acetate_model::{Brief, Place, Quantity, Readings, Role, RoleBy, RoleGuess};

use table::{Look, ROLES, Sounds, Trait};

/// With two roles that fit alike, neither is to be trusted: how much of the second one's fit is doubt in the first.
const DOUBT: f64 = 0.5;

/// The doubt is never more than this.
const LEAST_OF_DOUBT: f64 = 0.5;

/// Below this fit nothing is guessed.
const LEAST: f64 = 0.2;

/// A name that the sound contradicts is as likely as not.
const CONTRADICTED: f64 = 0.5;

/// So many observations are told.
const TOLD: usize = 3;

/// What a place plays: the brief stands above all, then its name, then its sound.
pub fn decide(brief: &Brief, name: &str, by_name: RoleGuess, of: &Place, readings: &Readings) -> RoleGuess {
    if let Some(&role) = brief.roles.get(name) {
        return RoleGuess { role, by: RoleBy::Brief, confidence: 1.0, because: "the brief says so".into() };
    }
    let by_sound = by_sound(of, readings);
    if by_name.role == Role::Unknown {
        return by_sound;
    }
    if by_name.role == by_sound.role && by_name.confidence < Role::TRUSTED {
        let confidence = 1.0 - (1.0 - by_name.confidence) * (1.0 - by_sound.confidence);
        let because = format!("{}, and {}", by_name.because, by_sound.because);
        return RoleGuess { confidence, because, ..by_name };
    }
    if by_sound.confidence >= Role::TRUSTED && contradict(by_name.role, by_sound.role) {
        let because = format!("{}, but {}", by_name.because, by_sound.because);
        return RoleGuess { confidence: by_name.confidence.min(CONTRADICTED), because, ..by_name };
    }
    by_name
}

/// What a place sounds like.
///
/// A role fits as well as its worst observation does, so that a single one against it is enough; the best fit wins,
/// and loses confidence to the second. The most that each role may reach says how well it can be told by ear from its
/// readings at all.
pub fn by_sound(of: &Place, readings: &Readings) -> RoleGuess {
    let sound =
        Sound { of, readings, spectrum: readings.spectrum(of, Quantity::Spectrum).unwrap_or_default() };
    if sound.read(Trait::Read(Quantity::Flatness)).is_none() {
        return RoleGuess::default();
    }
    let (mut best, mut second): (Option<(&Sounds, f64)>, f64) = (None, 0.0);
    for entry in ROLES {
        let fit = entry.most * entry.looks.iter().map(|look| sound.fit(look)).fold(1.0, f64::min);
        let before = best.map_or(0.0, |(_, fit)| fit);
        if fit > before {
            (best, second) = (Some((entry, fit)), before);
        } else {
            second = second.max(fit);
        }
    }
    let Some((entry, fit)) = best.filter(|(_, fit)| *fit >= LEAST) else { return RoleGuess::default() };
    RoleGuess {
        role: entry.role,
        by: RoleBy::Sound,
        confidence: fit * (1.0 - DOUBT * second * second).max(LEAST_OF_DOUBT),
        because: format!("it sounds like {}: {}", entry.role.label(), sound.tell(entry)),
    }
}

/// Whether one role excludes the other. Effects and sums may sound like anything, and the parts of a kit, the voices
/// and whatever is low like each other.
fn contradict(name: Role, sound: Role) -> bool {
    const ALIKE: [&[Role]; 3] = [
        &[Role::Kick, Role::Drums, Role::Percussion],
        &[Role::Kick, Role::Bass],
        &[Role::LeadVocal, Role::BackingVocal],
    ];
    let anything = |role| matches!(role, Role::Fx | Role::Music | Role::Mix);
    let alike = ALIKE.iter().any(|roles| roles.contains(&name) && roles.contains(&sound));
    !(name == sound || alike || anything(name))
}

/// The readings of one place.
struct Sound<'a> {
    of: &'a Place,
    readings: &'a Readings,
    spectrum: Vec<(f64, f64)>,
}

impl Sound<'_> {
    fn read(&self, what: Trait) -> Option<f64> {
        match what {
            Trait::Read(quantity) => self.readings.scalar(self.of, quantity),
            Trait::Below(hz) => self.share_db(0.0, hz),
            Trait::Above(hz) => self.share_db(hz, f64::INFINITY),
            Trait::Swing(from_hz, to_hz) => {
                let swings = self.readings.spectrum(self.of, Quantity::BandSwing)?;
                swings.into_iter().find(|(hz, _)| (from_hz..to_hz).contains(hz)).map(|(_, db)| db)
            }
        }
    }

    /// The power of the bands whose centres lie in a range over that of all, in dB.
    fn share_db(&self, from_hz: f64, to_hz: f64) -> Option<f64> {
        let power = |from: f64, to: f64| {
            let bands = self.spectrum.iter().filter(|(hz, _)| (from..to).contains(hz));
            bands.map(|(_, db)| libm::exp10(db / 10.0)).sum::<f64>()
        };
        let whole = power(0.0, f64::INFINITY);
        (whole > 0.0).then(|| 10.0 * libm::log10((power(from_hz, to_hz) / whole).max(1e-12)))
    }

    /// From 0 to 1.
    fn fit(&self, look: &Look) -> f64 {
        let Some(value) = self.read(look.what) else { return f64::from(u8::from(look.may_lack)) };
        let [none_below, full_from, full_to, none_above] = look.range;
        if value < full_from {
            ((value - none_below) / (full_from - none_below)).max(0.0)
        } else if value > full_to {
            ((none_above - value) / (none_above - full_to)).max(0.0)
        } else {
            1.0
        }
    }

    /// The first observations of a role, with their numbers.
    fn tell(&self, entry: &Sounds) -> String {
        let looks = entry.looks.iter().filter_map(|look| Some((look, self.read(look.what)?)));
        let told = looks.take(TOLD).map(|(look, value)| {
            let symbol = look.what.symbol();
            let digits = usize::from(value.abs() < 10.0);
            format!("{} ({value:.digits$}{}{symbol})", look.words, if symbol.is_empty() { "" } else { " " })
        });
        told.collect::<Vec<_>>().join(", ")
    }
}
