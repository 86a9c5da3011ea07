//! What each service will do to this master, by arithmetic.

use acetate_model::{Lufs, Place, Playback, Quantity, Readings};
use serde::Deserialize;

/// How a service treats what is softer than it plays.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Raises {
    Never,
    /// As far as peaks allow.
    ToHeadroom,
    /// All the way; a limiter holds the peaks.
    IntoLimiter,
}

#[derive(Deserialize)]
struct Service {
    name: String,
    plays_at_lufs: f64,
    raises: Raises,
    /// How high peaks may come.
    #[serde(default)]
    headroom_dbtp: f64,
}

#[derive(Deserialize)]
struct Services {
    service: Vec<Service>,
}

const SERVICES: &str = include_str!("../services.toml");

/// One row for each service; none where the song has no loudness.
pub(crate) fn playback(master: &Readings) -> Vec<Playback> {
    let scalar = |quantity| master.scalar(&Place::Master, quantity);
    let Some((lufs, peak)) = scalar(Quantity::Integrated).zip(scalar(Quantity::TruePeak)) else {
        return Vec::new();
    };
    // a test reads the table
    let services: Vec<Service> = toml::from_str::<Services>(SERVICES).map_or(Vec::new(), |s| s.service);
    services.into_iter().map(|service| service.plays(lufs, peak)).collect()
}

impl Service {
    fn plays(self, lufs: f64, peak_dbtp: f64) -> Playback {
        let wanted = self.plays_at_lufs - lufs;
        let room = (self.headroom_dbtp - peak_dbtp).max(0.0);
        let gain_db = match self.raises {
            Raises::Never => wanted.min(0.0),
            Raises::ToHeadroom => wanted.min(room),
            Raises::IntoLimiter => wanted,
        };
        let over = peak_dbtp + gain_db - self.headroom_dbtp;
        let limited_db =
            (matches!(self.raises, Raises::IntoLimiter) && over > 0.0 && gain_db > 0.0).then_some(over);
        Playback {
            service: self.name,
            plays_at_lufs: Lufs(self.plays_at_lufs),
            gain_db,
            true_peak_dbtp: peak_dbtp + gain_db - limited_db.unwrap_or(0.0),
            limited_db,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(service: &str, lufs: f64, peak_dbtp: f64) -> [Option<f64>; 3] {
        let services: Services = toml::from_str(SERVICES).expect("the table");
        let service = services.service.into_iter().find(|s| s.name == service).expect("known");
        let row = service.plays(lufs, peak_dbtp);
        [Some(row.gain_db), Some(row.true_peak_dbtp), row.limited_db]
    }

    #[test]
    fn services_do_what_they_say() {
        // Spotify's own example: a song of -20 LUFS with peaks at -5 dBTP is only raised to -16 LUFS
        assert_eq!(row("Spotify", -20.0, -5.0), [Some(4.0), Some(-1.0), None]);
        assert_eq!(row("Spotify, loud", -14.0, -1.0), [Some(3.0), Some(-1.0), Some(3.0)]);
        assert_eq!(row("Spotify", -9.0, -1.0), [Some(-5.0), Some(-6.0), None]);
        assert_eq!(row("YouTube", -18.0, -6.0), [Some(0.0), Some(-6.0), None]);
        assert_eq!(row("Apple Music", -14.0, -1.0), [Some(-2.0), Some(-3.0), None]);
    }
}
