//! Means over flaws and songs, with an interval.

use std::collections::BTreeMap;

/// Songs are drawn anew so often for a confidence interval.
const DRAWS: usize = 2000;

/// Values of cases, `flaw → song → case`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Cases<'a>(BTreeMap<&'a str, BTreeMap<&'a str, Vec<f64>>>);

/// A mean and its 95 % interval by bootstrap over songs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mean {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl<'a> Cases<'a> {
    pub fn add(&mut self, flaw: &'a str, song: &'a str, value: f64) {
        self.0.entry(flaw).or_default().entry(song).or_default().push(value);
    }

    pub fn count(&self) -> usize {
        self.0.values().flat_map(BTreeMap::values).map(Vec::len).sum()
    }

    /// Every flaw counts as much as any other, and in it every song.
    pub fn mean(&self) -> Option<Mean> {
        let mut songs: Vec<&str> = self.0.values().flat_map(BTreeMap::keys).copied().collect();
        songs.sort_unstable();
        songs.dedup();
        let by_flaw: Vec<Vec<Option<f64>>> = self
            .0
            .values()
            .map(|of| songs.iter().map(|song| of.get(song).map(|values| plain_mean(values))).collect())
            .collect();
        let over = |drawn: &[usize]| -> Option<f64> {
            let of_flaw = |of: &Vec<Option<f64>>| {
                let known: Vec<f64> = drawn.iter().filter_map(|&song| of[song]).collect();
                (!known.is_empty()).then(|| plain_mean(&known))
            };
            let flaws: Vec<f64> = by_flaw.iter().filter_map(of_flaw).collect();
            (!flaws.is_empty()).then(|| plain_mean(&flaws))
        };
        let all: Vec<usize> = (0..songs.len()).collect();
        let value = over(&all)?;
        let mut next = dice();
        let draw = |_| all.iter().map(|_| next() % all.len()).collect::<Vec<usize>>();
        let mut means: Vec<f64> = (0..DRAWS).map(draw).filter_map(|drawn| over(&drawn)).collect();
        means.sort_by(f64::total_cmp);
        Some(Mean { value, low: means[means.len() / 40], high: means[means.len() - 1 - means.len() / 40] })
    }
}

fn plain_mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / (values.len() as f64).max(1.0)
}

/// Numbers that are the same each time.
fn dice() -> impl FnMut() -> usize {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flaw_and_every_song_counts_once() {
        let mut cases = Cases::default();
        // three cases of a song count as one, and a flaw in one song as much as one in two
        for value in [0.0, 0.5, 1.0] {
            cases.add("LVL", "a", value);
        }
        cases.add("LVL", "b", 1.0);
        cases.add("HUM", "a", 0.25);
        let Mean { value, low, high } = cases.mean().unwrap();
        assert!((value - 0.5).abs() < 1e-12, "{value}");
        assert!(low < value && value < high, "{low} {high}");
        assert_eq!((cases.count(), Cases::default().mean()), (5, None));
    }

    #[test]
    fn equal_songs_leave_no_doubt() {
        let mut cases = Cases::default();
        for song in ["a", "b", "c"] {
            cases.add("LVL", song, 0.5);
        }
        assert_eq!(cases.mean(), Some(Mean { value: 0.5, low: 0.5, high: 0.5 }));
    }
}
