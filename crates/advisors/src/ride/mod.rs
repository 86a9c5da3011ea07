mod alike;
mod waver;

use acetate_model::{Advice, Advisor, Case, Evidence, Fault, Json, Place, Quantity};

use crate::moves::{advise, only_the_sum, place, ramp, rounded, settings, severity, without_trifles};
use crate::norms::{
    DOUBT, EXPLAINED, IN_THE_SONG, IN_THE_SONG_MORE, RIDE_AUDIBLE_DB, RIDE_MOST_DB, RIDE_STRENGTH,
    SMALLEST_DB, WAVER_BEYOND_DB, WAVER_HOPS, WAVER_HZ, WAVER_OUTER_HZ, WAVER_SLOPE, WAVER_USUAL_DB,
};
use crate::scene::{CELL_MIDDLE_MS, RIDE, Scene};
use alike::pairs;
use waver::{Fits, Waver, moves_at};

pub(crate) const ADVISOR: Advisor = Advisor {
    id: "ride",
    about: "Compares moments of a stem that sound alike while the rest of the song is alike too, and looks for one slow \
            rise and fall of all bands together that explains how their levels differ: a fader or a leveller that \
            wavers, which no player does that evenly. Rides it back, by 6 dB at most. Keeps quiet about rates that \
            other stems move at as well, since these are of the music, about notes that swell and decay, and about \
            stems that hardly play the same twice.",
    repairs: false,
    faults,
    run,
};

/// Wavers that explain most are looked at, so many of them.
const CANDIDATES: usize = 6;

/// A stem whose level wavers.
struct Wavering {
    place: Place,
    waver: Waver,
    /// What it comes to, with the averaging over half seconds made good.
    size_db: f64,
    /// What should be taken back of it, up and down.
    needed_db: f64,
    at_ms: [f64; 2],
}

fn run(case: &Case) -> Advice {
    if only_the_sum(case) {
        return Advice::new();
    }
    let advise_on = |found: &Wavering| {
        let most_db = without_trifles(RIDE_STRENGTH * found.needed_db).min(RIDE_MOST_DB);
        if most_db < SMALLEST_DB {
            return None;
        }
        let because = format!("{}; {most_db:.1} dB of it are ridden back.", says(found));
        let process = settings([("points", Json::from(turning_points(found, most_db)))]);
        Some(advise(ADVISOR.id, &found.place, (RIDE, process), because, vec![proof(found)]))
    };
    wavering(case).iter().filter_map(advise_on).collect()
}

fn faults(case: &Case) -> Vec<Fault> {
    let of = |found: &Wavering| Fault {
        at: found.place.clone(),
        severity: severity(found.needed_db, RIDE_AUDIBLE_DB),
        beyond: found.size_db > WAVER_BEYOND_DB,
        remedy: format!("look at its fader or leveller: {}.", says(found)),
        evidence: vec![proof(found)],
    };
    wavering(case).iter().filter(|found| found.needed_db > 0.0).map(of).collect()
}

/// The waver of each stem, as far as one can be told.
fn wavering(case: &Case) -> Vec<Wavering> {
    if case.stems.len() < 2 {
        return Vec::new();
    }
    let Some(scene) = Scene::of(case.stems, case.readings) else { return Vec::new() };
    let both = |place: &Place| -> Option<Vec<f64>> {
        let [mid, side] = scene.at(place)?;
        Some(mid.iter().zip(&side).map(|(mid, side)| mid + side).collect())
    };
    let places: Vec<Place> = case.stems.iter().map(place).collect();
    let stems: Vec<Vec<f64>> = places.iter().filter_map(both).collect();
    (0..stems.len()).filter_map(|n| one(&scene, &places[n], &stems, n)).collect()
}

fn one(scene: &Scene, place: &Place, stems: &[Vec<f64>], n: usize) -> Option<Wavering> {
    let (bands, hop_s) = (scene.hz.len(), scene.hop_ms / 1000.0);
    let mut around = vec![0.0; stems[n].len()];
    let others = || stems.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, stem)| stem);
    for stem in others() {
        around.iter_mut().zip(stem).for_each(|(around, power)| *around += power);
    }
    let (pairs, sounding) = pairs(&stems[n], &around, bands);
    let fits = Fits::of(&pairs, hop_s, scene.hops())?;
    let in_the_song = |waver: &Waver| {
        let most = others().map(|stem| moves_at(stem, bands, waver.rate_hz, hop_s)).fold(0.0, f64::max);
        ramp(most, IN_THE_SONG[0], IN_THE_SONG[1])
    };
    let judged = candidates(&fits).into_iter().map(|waver| (waver, in_the_song(&waver)));
    let worth = |(waver, song): &(Waver, f64)| waver.explained - IN_THE_SONG_MORE * song;
    let (near, song) = judged.max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
    let waver = fits.narrowed(&near);
    let turn = std::f64::consts::PI * waver.rate_hz * hop_s;
    let size_db = waver.size_db() * turn / libm::sin(turn);
    let more = IN_THE_SONG_MORE * song;
    let trust = ramp(waver.explained, EXPLAINED[0] + more, EXPLAINED[1] + more)
        * ramp(waver.rate_hz, WAVER_OUTER_HZ[0], WAVER_HZ[0])
        * ramp(waver.rate_hz, WAVER_OUTER_HZ[1], WAVER_HZ[1])
        * ramp(sounding as f64, WAVER_HOPS[0], WAVER_HOPS[1]);
    if trust <= 0.0 {
        return None;
    }
    let sure_db = size_db * (1.0 - DOUBT * (1.0 - waver.explained));
    let excess_db = (sure_db - WAVER_USUAL_DB).max(0.0);
    let span = [pairs.first()?.first, pairs.iter().map(|p| p.second).max()? + 1];
    Some(Wavering {
        place: place.clone(),
        waver,
        size_db,
        needed_db: trust * (WAVER_SLOPE * excess_db).min(size_db),
        at_ms: span.map(|hop| hop as f64 * scene.hop_ms),
    })
}

/// The rates at which more is explained than at those beside them, the best first.
fn candidates(fits: &Fits) -> Vec<Waver> {
    let wavers: Vec<Waver> = fits.rates_hz(WAVER_OUTER_HZ).into_iter().map(|hz| fits.at(hz)).collect();
    let explained = |n: Option<usize>| n.and_then(|n| wavers.get(n)).map_or(0.0, |w| w.explained);
    let is_peak = |n: &usize| {
        let own = wavers[*n].explained;
        own > 0.0 && own >= explained(n.checked_sub(1)) && own > explained(Some(n + 1))
    };
    let mut peaks: Vec<Waver> = (0..wavers.len()).filter(is_peak).map(|n| wavers[n]).collect();
    peaks.sort_by(|a, b| b.explained.total_cmp(&a.explained));
    peaks.truncate(CANDIDATES);
    peaks
}

/// The fader's way: the waver turned over, by its highest and lowest points from before the first sound to after the last.
fn turning_points(found: &Wavering, most_db: f64) -> Vec<Json> {
    let half_ms = 500.0 / found.waver.rate_hz;
    let first_ms = CELL_MIDDLE_MS + half_ms * found.waver.phase() / std::f64::consts::PI;
    let [from, to] = found.at_ms;
    let turn = |ms: f64| (ms - first_ms) / half_ms;
    let range = libm::floor(turn(from)) as i64..=libm::ceil(turn(to)) as i64 + 1;
    range
        .map(|n| {
            let gain_db = if n.rem_euclid(2) == 0 { -most_db } else { most_db };
            Json::Object(settings([
                ("at_ms", rounded(first_ms + half_ms * n as f64, 0)),
                ("gain_db", rounded(gain_db, 2)),
            ]))
        })
        .collect()
}

fn proof(found: &Wavering) -> Evidence {
    let mut proof = Evidence::new(&found.place, Quantity::Waver, found.size_db)
        .usual(0.0, WAVER_USUAL_DB)
        .at_hz(found.waver.rate_hz);
    proof.at_ms = Some(found.at_ms);
    proof
}

fn says(found: &Wavering) -> String {
    format!(
        "its level rises and falls by {:.1} dB at {:.2} Hz where it plays the same",
        found.size_db, found.waver.rate_hz
    )
}
