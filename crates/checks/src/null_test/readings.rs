use acetate_model::{Case, Evidence, Place, Quantity, Value};

/// What was read of the stems against the mix.
pub(super) struct Null<'a> {
    case: &'a Case<'a>,
    mix: Place,
    /// What is left with the best delay and gain, in dB.
    pub(super) left_db: f64,
    pub(super) delay_frames: f64,
    pub(super) gain_db: f64,
    pub(super) correlation: f64,
    pub(super) match_percent: f64,
    /// Every stem as the only one that stands otherwise.
    pub(super) one_stem: Vec<OneStem>,
}

/// One stem as the only one that stands otherwise in the mix.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OneStem {
    pub(super) at: Place,
    pub(super) left_db: f64,
    pub(super) factor: f64,
    pub(super) delay_frames: f64,
    /// The factor of the others.
    pub(super) rest: f64,
}

impl<'a> Null<'a> {
    pub(super) fn of(case: &'a Case<'a>, mix: &Place) -> Option<Self> {
        let read = |of: &Place, quantity| match case.readings.between(of, mix, quantity)? {
            Value::Scalar(value) => Some(*value),
            _ => None,
        };
        let whole = |quantity| read(&Place::Master, quantity);
        let one_stem = case.stems.iter().map(crate::look::place).filter_map(|at| {
            Some(OneStem {
                left_db: read(&at, Quantity::NullOneStem)?,
                factor: read(&at, Quantity::OneStemFactor)?,
                delay_frames: read(&at, Quantity::OneStemDelay)?,
                rest: read(&at, Quantity::OneStemRest)?,
                at,
            })
        });
        Some(Self {
            left_db: whole(Quantity::NullResidual)?,
            delay_frames: whole(Quantity::MixDelay)?,
            gain_db: whole(Quantity::MixGain)?,
            correlation: whole(Quantity::MixCorrelation)?,
            match_percent: whole(Quantity::MixMatch)?,
            one_stem: one_stem.collect(),
            mix: mix.clone(),
            case,
        })
    }

    /// A scalar of the sum against the mix.
    pub(super) fn whole(&self, quantity: Quantity) -> Option<f64> {
        match self.case.readings.between(&Place::Master, &self.mix, quantity)? {
            Value::Scalar(value) => Some(*value),
            _ => None,
        }
    }

    /// What an explanation leaves, in dB; all of it if it was not tried.
    pub(super) fn left(&self, quantity: Quantity) -> f64 {
        self.whole(quantity).unwrap_or(0.0)
    }

    /// A number of the sum, or of a stem, against the mix.
    pub(super) fn evidence(&self, of: &Place, quantity: Quantity, value: f64) -> Evidence {
        Evidence::new(of, quantity, value).against(&self.mix)
    }

    pub(super) fn rate_hz(&self) -> f64 {
        self.case.readings.scalar(&Place::Master, Quantity::Rate).unwrap_or(48_000.0)
    }

    /// The factor of each stem with all of them fitted together.
    pub(super) fn factors(&self) -> Vec<(Place, f64)> {
        let stems = self.case.stems.iter().map(crate::look::place);
        stems
            .filter_map(|at| match self.case.readings.between(&at, &self.mix, Quantity::StemFactor)? {
                Value::Scalar(value) => Some((at, *value)),
                _ => None,
            })
            .collect()
    }

    /// The band, from 40 Hz to 16 kHz, where the mix differs most from the sum at the common gain: Hz and dB.
    pub(super) fn farthest_band(&self) -> Option<(f64, f64)> {
        match self.case.readings.between(&Place::Master, &self.mix, Quantity::MixTransfer)? {
            Value::Spectrum { hz, db } => hz
                .iter()
                .zip(db)
                .filter(|(hz, _)| (40.0..=16_000.0).contains(*hz))
                .filter_map(|(&hz, db)| Some((hz, (*db)?)))
                .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())),
            _ => None,
        }
    }

    /// What is left over the mix in each hop: (from, to, dB).
    pub(super) fn over_time(&self) -> Vec<(f64, f64, f64)> {
        match self.case.readings.between(&Place::Master, &self.mix, Quantity::NullOverTime) {
            Some(Value::Timeline { start_ms, hop_ms, values }) => {
                let hops = values.iter().enumerate();
                hops.filter_map(|(k, db)| {
                    let from = start_ms + k as f64 * hop_ms;
                    Some((from, from + hop_ms, f64::from((*db)?)))
                })
                .collect()
            }
            _ => Vec::new(),
        }
    }
}
