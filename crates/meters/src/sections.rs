//! Which parts a song has, from its levels over time and frequency.

/// The shortest section: four bars at 120 beats a minute.
const SHORTEST_MS: f64 = 8000.0;
/// Third octaves that are taken together.
const GROUP: usize = 3;
/// Softer than this below a group's loudest moment is silence, in dB.
const DEEP_DB: f64 = 45.0;
/// Parts whose groups differ by less than this are alike, in dB (root of the mean square over the groups): an instrument
/// that joins or leaves makes more of a difference, a variation of the same part less.
const ALIKE_DB: f64 = 3.0;

/// The number of the section of each hop, from powers `[hop][band]`. Sections that sound alike have one number; the first
/// is 0.
pub fn sections(powers: &[f64], bands: usize, hop_ms: f64) -> Vec<usize> {
    let levels = Levels::of(powers, bands);
    let shortest = libm::round(SHORTEST_MS / hop_ms) as usize;
    let mut starts = levels.changes(shortest);
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().chain([levels.hops()]);
    let mut known: Vec<Vec<f64>> = Vec::new();
    let mut numbers = Vec::with_capacity(levels.hops());
    for (from, to) in starts.iter().copied().zip(ends) {
        let mean = levels.mean(from, to);
        let nearest = known
            .iter()
            .map(|k| distance(k, &mean))
            .enumerate()
            .filter(|(_, db)| *db < ALIKE_DB)
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let number = nearest.map_or(known.len(), |(n, _)| n);
        if number == known.len() {
            known.push(mean);
        }
        numbers.resize(to, number);
    }
    numbers
}

/// Sums of the levels of each group up to a hop, `[hop][group]`, one more than there are hops.
struct Levels {
    sums: Vec<Vec<f64>>,
}

impl Levels {
    fn of(powers: &[f64], bands: usize) -> Self {
        let groups = bands.div_ceil(GROUP);
        let hops = powers.chunks_exact(bands.max(1));
        let heard: Vec<Vec<f64>> =
            hops.map(|hop| hop.chunks(GROUP).map(|group| group.iter().sum()).collect()).collect();
        let floor = libm::exp10(-DEEP_DB / 10.0);
        let loudest = |group: usize| heard.iter().map(|hop| hop[group]).fold(f64::MIN_POSITIVE, f64::max);
        let floors: Vec<f64> = (0..groups).map(|group| floor * loudest(group)).collect();
        let mut sums = vec![vec![0.0; groups]];
        for hop in &heard {
            let level = |(power, floor): (&f64, &f64)| 10.0 * libm::log10(power.max(*floor));
            let before = &sums[sums.len() - 1];
            let sum = hop.iter().zip(&floors).map(level).zip(before).map(|(db, sum)| sum + db).collect();
            sums.push(sum);
        }
        Self { sums }
    }

    fn hops(&self) -> usize {
        self.sums.len() - 1
    }

    fn mean(&self, from: usize, to: usize) -> Vec<f64> {
        let count = (to - from).max(1) as f64;
        self.sums[to].iter().zip(&self.sums[from]).map(|(to, from)| (to - from) / count).collect()
    }

    /// Where what follows differs most from what went before, no two nearer than the shortest section.
    fn changes(&self, shortest: usize) -> Vec<usize> {
        let hops = self.hops();
        if shortest == 0 || hops < 2 * shortest {
            return Vec::new();
        }
        let news = |at: usize| distance(&self.mean(at - shortest, at), &self.mean(at, at + shortest));
        let mut candidates: Vec<(f64, usize)> =
            (shortest..=hops - shortest).map(|at| (news(at), at)).collect();
        candidates.retain(|(db, _)| *db >= ALIKE_DB);
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut changes: Vec<usize> = Vec::new();
        for (_, at) in candidates {
            if changes.iter().all(|other| other.abs_diff(at) >= shortest) {
                changes.push(at);
            }
        }
        changes.sort_unstable();
        changes
    }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    (squares / a.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BANDS: usize = 30;
    const HOP_MS: f64 = 500.0;

    /// Parts of so many seconds: verses without highs, choruses with all, both with a beat and a slow wave.
    fn song(parts: &[(char, f64)]) -> Vec<f64> {
        let mut powers = Vec::new();
        let mut hop = 0;
        for &(part, seconds) in parts {
            for _ in 0..(seconds * 1000.0 / HOP_MS) as usize {
                let beat = if hop % 2 == 0 { 1.0 } else { 0.5 };
                let wave = libm::exp10(0.1 * libm::sin(0.3 * f64::from(hop)));
                let high = if part == 'B' { 1.0 } else { 0.02 };
                powers.extend((0..BANDS).map(|band| beat * wave * if band < 18 { 1.0 } else { high }));
                hop += 1;
            }
        }
        powers
    }

    #[test]
    fn verse_and_chorus_are_told_apart_and_known_again() {
        let parts = [('A', 16.0), ('B', 14.0), ('A', 18.0), ('B', 16.0)];
        let numbers = sections(&song(&parts), BANDS, HOP_MS);
        let truth: Vec<usize> = parts
            .iter()
            .flat_map(|&(part, s)| vec![usize::from(part == 'B'); (s * 1000.0 / HOP_MS) as usize])
            .collect();
        assert_eq!(numbers.len(), truth.len());
        let wrong = numbers.iter().zip(&truth).filter(|(a, b)| a != b).count();
        assert!(wrong <= 6, "{wrong} hops of {}", truth.len());
    }

    #[test]
    fn one_part_is_one_section_at_any_level() {
        let steady = song(&[('A', 60.0)]);
        assert_eq!(sections(&steady, BANDS, HOP_MS), vec![0; 120]);
        let two = song(&[('A', 20.0), ('B', 20.0)]);
        let soft: Vec<f64> = two.iter().map(|power| 1e-4 * power).collect();
        assert_eq!(sections(&soft, BANDS, HOP_MS), sections(&two, BANDS, HOP_MS));
    }

    #[test]
    fn what_is_short_or_nothing_is_whole() {
        assert_eq!(sections(&song(&[('A', 6.0), ('B', 6.0)]), BANDS, HOP_MS), vec![0; 24]);
        assert_eq!(sections(&[], BANDS, HOP_MS), Vec::<usize>::new());
        assert_eq!(sections(&vec![0.0; BANDS * 40], BANDS, HOP_MS), vec![0; 40]);
    }
}
