use crate::{Json, Kind, Map, Param};

/// The setting of a parameter at which it does nothing, and how the way from there is measured: what it takes to do
/// half of something, or twice as much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// As a distance from this value.
    From(f64),
    /// As a ratio to this value: half of two octaves is one.
    InRatios(f64),
    /// As the slope `1 − 1/x` of a compressor whose ratio this is, so that half of it turns down by half as much.
    Slope,
}

impl Amount {
    /// How much of a move may be done.
    pub const RANGE: [f64; 2] = [0.0, 2.0];

    /// A setting that does `factor` times as much.
    fn scale(self, value: f64, factor: f64) -> f64 {
        match self {
            Self::From(neutral) => neutral + factor * (value - neutral),
            Self::InRatios(neutral) => neutral * libm::pow(value / neutral, factor),
            Self::Slope => {
                let slope = factor * (1.0 - 1.0 / value);
                if slope < 1.0 { 1.0 / (1.0 - slope) } else { f64::INFINITY }
            }
        }
    }
}

/// Whether any of these parameters, or of the tables in them, is an amount.
pub fn has_amounts(params: &[Param]) -> bool {
    params.iter().any(|param| match param.kind {
        Kind::List { of, .. } => has_amounts(of),
        _ => param.amount.is_some(),
    })
}

/// Complete settings with each amount scaled, as far as its range goes. At 1 nothing changes; at 0 every amount is at
/// its neutral value and every list is empty, since what its entries do besides, such as a notch, is no amount.
#[must_use]
pub fn scaled(params: &[Param], settings: &Map, factor: f64) -> Map {
    let mut out = settings.clone();
    if factor == 1.0 {
        return out;
    }
    for param in params {
        let Some(slot) = out.get_mut(param.name) else { continue };
        match (param.kind, param.amount) {
            (Kind::List { of, .. }, _) if has_amounts(of) => scale_list(of, slot, factor),
            (Kind::Number { min, max, .. }, Some(amount)) => {
                if let Some(value) = slot.as_f64() {
                    *slot = Json::from(short(amount.scale(value, factor).clamp(min, max)));
                }
            }
            _ => {}
        }
    }
    out
}

fn scale_list(of: &[Param], list: &mut Json, factor: f64) {
    let Json::Array(entries) = list else { return };
    if factor == 0.0 {
        entries.clear();
    }
    for entry in entries.iter_mut().filter_map(Json::as_object_mut) {
        *entry = scaled(of, entry, factor);
    }
}

/// Without the digits that only come from multiplying.
fn short(value: f64) -> f64 {
    const DIGITS: f64 = 1e6;
    libm::round(value * DIGITS) / DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_compression_turns_down_by_half_as_much() {
        // 10 dB over the threshold: 2:1 turns down by 5 dB, so half of it by 2.5 dB, which is 4:3
        assert!((Amount::Slope.scale(2.0, 0.5) - 4.0 / 3.0).abs() < 1e-12);
        assert_eq!(Amount::Slope.scale(4.0, 2.0), f64::INFINITY);
        assert_eq!(Amount::Slope.scale(7.0, 0.0), 1.0);
    }

    #[test]
    fn distances_and_ratios_begin_at_the_neutral_value() {
        assert_eq!(Amount::From(100.0).scale(70.0, 0.5), 85.0);
        assert_eq!(Amount::From(0.0).scale(-3.0, 2.0), -6.0);
        assert!((Amount::InRatios(32.0).scale(8.0, 0.5) - 16.0).abs() < 1e-12);
    }

    #[test]
    fn ranges_hold_and_lists_are_scaled_inside() {
        let kind = Kind::Number { unit: "dB", suffix: "db", default: 0.0, min: -4.0, max: 4.0, log: false };
        let gain = Param { name: "gain_db", about: "", kind, amount: Some(Amount::From(0.0)) };
        let q = Param { name: "q", about: "", kind, amount: None };
        let of: &'static [Param] = Box::leak(Box::new([gain, q]));
        let bands = Param { name: "bands", about: "", kind: Kind::List { of, max: 3 }, amount: None };
        let map: Map =
            serde_json::from_str(r#"{"bands": [{"gain_db": -3, "q": 2}, {"gain_db": 1.3}]}"#).unwrap();
        let text = |factor| Json::Object(scaled(&[bands], &map, factor)).to_string();
        assert_eq!(text(0.5), r#"{"bands":[{"gain_db":-1.5,"q":2},{"gain_db":0.65}]}"#);
        assert_eq!(text(2.0), r#"{"bands":[{"gain_db":-4.0,"q":2},{"gain_db":2.6}]}"#);
        assert_eq!(text(0.0), r#"{"bands":[]}"#);
        assert_eq!(scaled(&[bands], &map, 1.0), map);
    }
}
