use std::collections::BTreeMap;

use acetate_mastering::{
    CHECKS,
    model::{Place, Session, Severity},
};

use super::{Fault, LEVELS, known, song::Song};

/// What was found and what was not.
#[derive(Default)]
pub(super) struct Count {
    pub faults: Vec<Row>,
    pub clean: Clean,
}

/// One fault over all songs.
pub(super) struct Row {
    pub name: &'static str,
    pub codes: &'static [&'static str],
    pub levels: [&'static str; LEVELS],
    pub found: [usize; LEVELS],
    pub tried: [usize; LEVELS],
    /// Where it was not found at all levels, `song/stem`.
    pub missed: Vec<String>,
}

/// What was found in songs that nothing was done to.
#[derive(Default)]
pub(super) struct Clean {
    pub songs: usize,
    pub stems: usize,
    /// By code: how many of each severity that are not known to be true.
    pub alarms: BTreeMap<String, Vec<(Severity, String)>>,
    /// Findings that are true of the songs as they are.
    pub true_ones: usize,
}

impl Count {
    pub fn add(&mut self, fault: &Fault, level: usize, song: &Song, victim: usize, found: bool) {
        let at = self.faults.iter().position(|row| row.name == fault.name).unwrap_or_else(|| {
            self.faults.push(Row {
                name: fault.name,
                codes: fault.codes,
                levels: fault.levels,
                found: [0; LEVELS],
                tried: [0; LEVELS],
                missed: Vec::new(),
            });
            self.faults.len() - 1
        });
        let row = &mut self.faults[at];
        row.tried[level] += 1;
        row.found[level] += usize::from(found);
        if !found {
            row.missed.push(format!("{}/{} {}", song.title, song.name_of(victim), fault.levels[level]));
        }
    }

    pub fn add_clean(&mut self, song: &Song, session: &Session) {
        let clean = &mut self.clean;
        clean.songs += 1;
        clean.stems += session.stems.len();
        for finding in &session.findings {
            if known::is_true(&song.title, finding) {
                clean.true_ones += 1;
                continue;
            }
            let place = if finding.at == Place::Master { "sum".to_owned() } else { finding.at.to_string() };
            let alarms = clean.alarms.entry(finding.code.clone()).or_default();
            alarms.push((finding.severity, format!("{} {place}: {}", song.title, finding.text)));
        }
    }

    /// Of all faults at one level, the share that was found.
    pub fn recall(&self, level: usize) -> f64 {
        let (found, tried) =
            self.faults.iter().fold((0, 0), |(f, t), row| (f + row.found[level], t + row.tried[level]));
        found as f64 / tried.max(1) as f64
    }
}

impl Clean {
    /// Each check looks at each stem, and at the sum.
    pub fn stem_checks(&self) -> usize {
        (self.stems + self.songs) * CHECKS.len()
    }

    /// Clean songs that would be refused.
    pub fn errors(&self) -> usize {
        self.alarms.values().flatten().filter(|(severity, _)| *severity == Severity::Error).count()
    }

    pub fn false_alarms(&self) -> usize {
        self.alarms.values().map(Vec::len).sum()
    }
}
