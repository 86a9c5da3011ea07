//! What the stems of a delivery share, as checks see it.

use acetate_model::{Case, Evidence, Place, Quantity, Stage, Value};

use crate::look::place;

/// A copy of one stem's sound in another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shared {
    /// The stem that holds the copy.
    pub of: Place,
    /// Whose sound it is.
    pub against: Place,
    /// How loud the copy is, in dB re the stem whose sound it is.
    pub level_db: f64,
    /// How much later it comes.
    pub lag_ms: f64,
    pub upright: bool,
    pub kind: Kind,
}

/// What kind of copy it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Both stems are the same but for level and tone.
    Same,
    /// Both are the same source, one with more of a room or an effect.
    Double,
    /// One holds the other among other things, about as loud.
    Printed,
    /// One holds the other softly.
    Bleed,
}

/// Correlation from which two stems are the same.
const SAME: f64 = 0.95;

/// Correlation from which two stems are at least the same source.
const RELATED: f64 = 0.5;

/// Share of a stem that another must be able to be, in percent, for nothing else to be in it.
const NOTHING_ELSE_PERCENT: f64 = 95.0;

/// The same where the names already say that both are one part: the tail of a room reaches beyond what made it.
const ONE_PART_PERCENT: f64 = 80.0;

/// Below this a copy is bleed: nobody prints a part that softly on purpose, and no wall lets more through.
const PRINTED_DB: f64 = -9.0;

/// A copy louder than the original by this is told the other way round.
const LOUDER_DB: f64 = 3.0;

/// Everything that is shared, once for each two stems that share one sound, in the order of the stems.
pub(crate) fn shared(case: &Case) -> Vec<Shared> {
    let stems = if case.stage == Stage::Input { case.stems } else { &[] };
    let places: Vec<Place> = stems.iter().map(place).collect();
    let mut shared = Vec::new();
    for (nth, a) in places.iter().enumerate() {
        for b in &places[nth + 1..] {
            shared.extend(of_two(case, a, b));
        }
    }
    shared
}

/// All of one kind.
pub(crate) fn of_kind(case: &Case, kind: Kind) -> Vec<Shared> {
    shared(case).into_iter().filter(|shared| shared.kind == kind).collect()
}

fn of_two(case: &Case, a: &Place, b: &Place) -> Vec<Shared> {
    let copies = [copy(case, b, a), copy(case, a, b)];
    let likeness = number(case, a, b, Quantity::Likeness).unwrap_or(0.0).abs();
    let covers = [[a, b], [b, a]].map(|[of, by]| number(case, of, by, Quantity::SharedCover).unwrap_or(0.0));
    let covered = |percent: f64| covers.iter().all(|&cover| cover >= percent);
    let one_part = named_alike(name(a), name(b)) && covered(ONE_PART_PERCENT);
    match copies {
        [Some(second), Some(_)] if likeness >= SAME && covered(NOTHING_ELSE_PERCENT) => {
            vec![second.of_kind(Kind::Same)]
        }
        [Some(one), _] | [_, Some(one)] if likeness >= RELATED && one_part => vec![one.of_kind(Kind::Double)],
        [Some(second), Some(first)] if second.is_printed() && first.is_printed() => {
            // the one that is less the other holds more besides
            vec![if covers[0] < covers[1] { first } else { second }]
        }
        copies => copies.into_iter().flatten().filter(|copy| copy.level_db <= LOUDER_DB).collect(),
    }
}

/// Whether the names have a word in common, as `vox_dry` and `vox_wet` have.
fn named_alike(a: &str, b: &str) -> bool {
    let words = |name: &str| {
        let lower = name.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1);
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let theirs = words(b);
    words(a).iter().any(|word| theirs.contains(word))
}

fn copy(case: &Case, of: &Place, against: &Place) -> Option<Shared> {
    let level_db = number(case, of, against, Quantity::SharedLevel)?;
    Some(Shared {
        of: of.clone(),
        against: against.clone(),
        level_db,
        lag_ms: number(case, of, against, Quantity::SharedLag)?,
        upright: number(case, of, against, Quantity::SharedPolarity)? > 0.0,
        kind: if level_db >= PRINTED_DB { Kind::Printed } else { Kind::Bleed },
    })
}

/// A scalar of one stem beside another.
pub(crate) fn number(case: &Case, of: &Place, against: &Place, quantity: Quantity) -> Option<f64> {
    match case.readings.between(of, against, quantity)? {
        Value::Scalar(value) => Some(*value),
        _ => None,
    }
}

impl Shared {
    fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    fn is_printed(&self) -> bool {
        self.kind == Kind::Printed
    }

    /// A number of the copy as evidence.
    pub fn evidence(&self, case: &Case, quantity: Quantity) -> Option<Evidence> {
        let value = number(case, &self.of, &self.against, quantity)?;
        Some(Evidence::new(&self.of, quantity, value).against(&self.against))
    }

    /// When it was heard, `[from, to]` in milliseconds.
    pub fn when_ms(&self, case: &Case) -> Vec<[f64; 2]> {
        let over_time = case.readings.between(&self.of, &self.against, Quantity::SharedOverTime);
        let Some(Value::Timeline { start_ms, hop_ms, values }) = over_time else { return Vec::new() };
        let mut when: Vec<[f64; 2]> = Vec::new();
        for (nth, _) in values.iter().enumerate().filter(|(_, value)| value.is_some()) {
            let from = start_ms + hop_ms * nth as f64;
            match when.last_mut().filter(|last| (last[1] - from).abs() < 0.5 * hop_ms) {
                Some(last) => last[1] = from + hop_ms,
                None => when.push([from, from + hop_ms]),
            }
        }
        when
    }

    /// `drums` for `stem/drums`.
    pub fn other(&self) -> &str {
        name(&self.against)
    }
}

/// A stem's bare name.
pub(crate) fn name(place: &Place) -> &str {
    match place {
        Place::Stem(name) | Place::Bus(name) => name,
        Place::Master => "the sum",
    }
}

/// How much later or earlier, in words; nothing for what an interface or a short cable does.
pub(crate) fn late(lag_ms: f64) -> String {
    const SAME_TIME_MS: f64 = 0.1;
    if lag_ms.abs() < SAME_TIME_MS {
        String::new()
    } else {
        format!(", {:.1} ms {}", lag_ms.abs(), if lag_ms > 0.0 { "later" } else { "earlier" })
    }
}
