use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Levels over time and frequency: what a song looks like from afar.
///
/// A cell is the mean power of one band in one hop, re a full-scale square wave. Levels are held in whole
/// [`Cells::STEP_DB`], so that a session that is written and read again decides alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cells {
    /// The distance of two hops; the first begins with the song.
    pub hop_ms: f64,
    /// Centre frequencies, rising.
    pub hz: Vec<f64>,
    /// `[hop][band]` in Base64: little-endian 16-bit steps above [`Cells::FLOOR_DB`], 0 for silence.
    #[serde(with = "coded")]
    #[schemars(with = "String")]
    steps: Vec<u16>,
}

impl Cells {
    /// The size of a step.
    pub const STEP_DB: f64 = 0.01;
    /// The lowest level that is told from silence.
    pub const FLOOR_DB: f64 = -300.0;

    /// From powers, `[hop][band]`.
    pub fn of(hop_ms: f64, hz: Vec<f64>, powers: impl IntoIterator<Item = f64>) -> Self {
        let steps = powers.into_iter().map(steps_of).collect();
        Self { hop_ms, hz, steps }
    }

    /// How many hops there are.
    pub fn hops(&self) -> usize {
        self.steps.len() / self.hz.len().max(1)
    }

    /// The power of each band of each hop, `[hop][band]`; 0 for silence.
    pub fn powers(&self) -> Vec<f64> {
        self.steps.iter().map(|&steps| power_of(steps)).collect()
    }

    /// The levels of each band in a hop; `None` for silence.
    pub fn levels(&self, hop: usize) -> impl Iterator<Item = Option<f64>> {
        let bands = self.hz.len();
        let level = |&steps: &u16| (steps > 0).then(|| Self::FLOOR_DB + Self::STEP_DB * f64::from(steps));
        self.steps[hop * bands..(hop + 1) * bands].iter().map(level)
    }
}

fn steps_of(power: f64) -> u16 {
    if power <= 0.0 {
        return 0;
    }
    let steps = (10.0 * libm::log10(power) - Cells::FLOOR_DB) / Cells::STEP_DB;
    if steps < 1.0 { 0 } else { libm::round(steps) as u16 }
}

fn power_of(steps: u16) -> f64 {
    if steps == 0 {
        return 0.0;
    }
    libm::exp10((Cells::FLOOR_DB + Cells::STEP_DB * f64::from(steps)) / 10.0)
}

/// Steps as one short word of text.
mod coded {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(steps: &[u16], to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = steps.iter().flat_map(|s| s.to_le_bytes()).collect();
        to.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u16>, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(D::Error::custom)?;
        let (pairs, rest) = bytes.as_chunks::<2>();
        if rest.is_empty() {
            Ok(pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect())
        } else {
            Err(D::Error::custom("expected an even number of bytes"))
        }
    }
}
