//! Gains that change with time, hop by hop.

use acetate_model::{Json, Process, eased};

/// The kind of process that moves a fader over time.
pub const RIDE: &str = "ride";

/// The middle of a cell from where its hop begins, in ms: it is heard by five frames, a tenth of a second apart and each a
/// sixth of a second long or a little more.
pub const CELL_MIDDLE_MS: f64 = 287.0;
/// Where these frames have their middles, from that.
const FRAMES_MS: [f64; 5] = [-200.0, -100.0, 0.0, 100.0, 200.0];
/// The farthest that a fader goes, in dB.
const MOST_DB: f64 = 6.0;

/// The factor of power of each hop; none for what does not move a fader.
pub fn gains(process: &Process, hop_ms: f64, hops: usize) -> Option<Vec<f64>> {
    if process.kind != RIDE {
        return None;
    }
    let number = |point: &Json, key: &str| point.get(key).map_or(Some(0.0), Json::as_f64);
    let point = |point: &Json| {
        let gain_db = process.amount * number(point, "gain_db")?;
        Some((number(point, "at_ms")?, gain_db.clamp(-MOST_DB, MOST_DB)))
    };
    let points = process.settings.get("points").and_then(Json::as_array)?;
    let mut points = points.iter().map(point).collect::<Option<Vec<(f64, f64)>>>()?;
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let power = |at_ms: f64| libm::exp10(eased(&points, at_ms) / 10.0);
    let of_hop = |hop: usize| {
        let middle = hop as f64 * hop_ms + CELL_MIDDLE_MS;
        FRAMES_MS.iter().map(|ms| power(middle + ms)).sum::<f64>() / FRAMES_MS.len() as f64
    };
    Some((0..hops).map(of_hop).collect())
}
