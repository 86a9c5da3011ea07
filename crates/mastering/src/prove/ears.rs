//! What is listened to while the moves before the last stage are rendered: only what they must answer for.

use acetate_meters::{DERIVED, METERS, MeterBank};
use acetate_model::{Audio, Move, Place, Quantity, Readings, Session, Spec, Standing, Value, Worked};
use acetate_render::Ear;

use super::{is_answerable, moves::BUDGET};

/// Who listens.
pub(crate) struct Ears {
    /// One for each stem that is listened to.
    pub(crate) stems: Vec<Option<StemEar>>,
    /// What comes before the last stage.
    pub(crate) bus: Option<MeterBank>,
}

/// Listens to a stem behind each of its moves.
pub(crate) struct StemEar {
    banks: Vec<MeterBank>,
}

impl Ear for StemEar {
    fn hear(&mut self, behind: usize, audio: &Audio) {
        self.banks[behind].push(audio);
    }
}

impl Ears {
    /// For the moves before the last stage.
    pub(crate) fn of(session: &Session, moves: &[Move], block_frames: usize) -> Self {
        let spec = Spec::new(session.rate_hz, 2, block_frames);
        let promised = |of: &Place| -> Vec<Quantity> {
            let all = active(moves).flat_map(|m| &m.promises);
            all.filter(|p| p.of == *of).map(|p| p.quantity).collect()
        };
        let stem = |of: &Place| {
            let (promised, count) = (promised(of), active_at(moves, of).count());
            let asked = !promised.is_empty() || active_at(moves, of).any(is_answerable);
            (asked && count > 0).then(|| {
                let bank = |at| {
                    let last = if at + 1 == count { &promised[..] } else { &[] };
                    MeterBank::only(&spec, &meters(&[&BUDGET[..], last].concat()))
                };
                StemEar { banks: (0..count).map(bank).collect() }
            })
        };
        let of_bus = active(moves).any(is_answerable) || !promised(&Place::Master).is_empty();
        Self {
            stems: session.stems.iter().map(|s| stem(&Place::stem(&s.name))).collect(),
            bus: of_bus.then(|| MeterBank::new(&spec)),
        }
    }
}

fn active(moves: &[Move]) -> impl Iterator<Item = &Move> {
    moves.iter().filter(|m| m.standing == Standing::Active)
}

fn active_at<'a>(moves: &'a [Move], at: &Place) -> impl Iterator<Item = &'a Move> {
    active(moves).filter(move |m| m.at == *at)
}

/// Whether a quantity is read again after rendering; how stems relate is not.
pub(super) fn is_measured(quantity: Quantity) -> bool {
    REDUCTIONS.contains(&quantity) || !meters(&[quantity]).is_empty()
}

/// What moves that turn down tell of themselves.
const REDUCTIONS: [Quantity; 2] = [Quantity::GainReduction, Quantity::MaxGainReduction];

/// The meters that read these quantities, or what they follow from.
fn meters(quantities: &[Quantity]) -> Vec<&'static str> {
    let follows =
        |wanted: Quantity| DERIVED.iter().find(|d| d.quantity == wanted).map_or(&[][..], |d| d.from);
    let all: Vec<Quantity> =
        quantities.iter().flat_map(|&q| [q].into_iter().chain(follows(q).iter().copied())).collect();
    METERS.iter().filter(|m| m.quantities.iter().any(|q| all.contains(q))).map(|m| m.id).collect()
}

/// What was heard.
pub(crate) struct Heard {
    /// Of stems behind all their moves, and of the sum before the last stage as `master`.
    pub(crate) after: Readings,
    /// Of a stem behind one of its moves, by the move's id.
    behind: Vec<(String, Readings)>,
    worked: Vec<Worked>,
}

impl Heard {
    pub(crate) fn by(ears: Ears, session: &Session, moves: &[Move], worked: Vec<Worked>) -> Self {
        let mut heard = Self { after: Readings::default(), behind: Vec::new(), worked };
        for (stem, ear) in session.stems.iter().zip(ears.stems) {
            let at = Place::stem(&stem.name);
            let banks = ear.map_or_else(Vec::new, |ear| ear.banks);
            for (bank, m) in banks.iter().zip(active_at(moves, &at)) {
                heard.behind.push((m.id.clone(), Readings(bank.readings(&at))));
            }
            heard.after.0.extend(banks.last().into_iter().flat_map(|bank| bank.readings(&at)));
        }
        heard.after.0.extend(ears.bus.into_iter().flat_map(|bank| bank.readings(&Place::Master)));
        heard
    }

    /// The stem behind a move, and what came into that move.
    pub(crate) fn around<'a>(&'a self, m: &Move, session: &'a Session) -> Option<[&'a Readings; 2]> {
        let at = self.behind.iter().position(|(id, _)| *id == m.id)?;
        let (_, behind) = &self.behind[at];
        let of_this_stem = |other: &Readings| other.0.first().is_some_and(|r| r.of == m.at);
        let before = at.checked_sub(1).map(|at| &self.behind[at].1).filter(|r| of_this_stem(r));
        Some([before.unwrap_or(&session.readings), behind])
    }

    /// What became of a quantity. A stem without a move is what it was.
    pub(crate) fn value(&self, m: &Move, of: &Place, quantity: Quantity, session: &Session) -> Option<Value> {
        if REDUCTIONS.contains(&quantity) {
            return self.reduction(&m.id, quantity);
        }
        let heard = self.after.get(of, quantity);
        let untouched = matches!(of, Place::Stem(_)) && active_at(&session.plan, of).next().is_none();
        heard.or_else(|| session.readings.get(of, quantity).filter(|_| untouched)).cloned()
    }

    /// How much a move turned down: in the band where it did most.
    fn reduction(&self, id: &str, quantity: Quantity) -> Option<Value> {
        let bands = &self.worked.iter().find(|w| w.id == id)?.reductions;
        let mean = quantity == Quantity::GainReduction;
        let db = bands.iter().map(|r| if mean { r.mean_db } else { r.max_db }).fold(0.0, f32::max);
        Some(Value::Scalar(f64::from(db)))
    }
}
