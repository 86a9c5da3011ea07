use acetate_dsp::moving_max;
use acetate_model::{Unit, amplitude};

use super::{
    LimiterSettings,
    envelope::{Envelope, Law},
};

/// The limiter's gain for each hop, as an amplitude with the drive in it, from the highest true peak of each hop
/// before the drive: the same law at the rate of the hops, so that a drive can be judged without rendering.
pub fn forecast_gain(settings: &LimiterSettings, peaks_per_hop: &[f32], hop_ms: f64) -> Vec<f32> {
    let law = Law::new(settings.style, settings.release_ms.value(), 1000.0 / hop_ms);
    let drive = amplitude(settings.drive_db.value());
    let to_ratio = (drive / amplitude(settings.ceiling_dbtp.value())) as f32;
    let (hops, ahead, first) = (peaks_per_hop.len(), law.ahead, law.behind());
    let mut ratios: Vec<f32> = peaks_per_hop.iter().map(|peak| peak * to_ratio).collect();
    ratios.resize(hops + ahead - 1, 0.0);
    let mut envelope = Envelope::new(law, first + hops);
    // a peak stands in the middle of its hop, so a hold over `ahead` hops begins as early on average as it shall
    moving_max(&ratios, ahead, &mut vec![0.0; ratios.len()], &mut envelope.hold[first..]);
    envelope.run(first, first + hops);
    let mut gains = vec![1.0; hops];
    envelope.gains(first, &mut gains);
    gains.iter().map(|gain| gain * drive as f32).collect()
}
