use std::path::PathBuf;

use super::{Delivery, names::full_name};

/// A file that is no part of the song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Where it is; an archive is shown like a folder.
    pub path: PathBuf,
    /// Why it was not taken.
    pub reason: String,
}

/// So many names stand in one line; the others are counted.
const NAMES: usize = 3;

impl Delivery {
    /// What was not taken, for people: one line for each reason, in the order in which they came up.
    pub fn passed_over_lines(&self) -> Vec<String> {
        let mut reasons: Vec<&str> = Vec::new();
        for passed in &self.passed_over {
            if !reasons.contains(&passed.reason.as_str()) {
                reasons.push(&passed.reason);
            }
        }
        reasons.into_iter().map(|reason| self.line(reason)).collect()
    }

    fn line(&self, reason: &str) -> String {
        let of: Vec<&PassedOver> = self.passed_over.iter().filter(|p| p.reason == reason).collect();
        if let [one] = of.as_slice() {
            return format!("{}: {reason}", one.path.display());
        }
        let names: Vec<String> = of.iter().take(NAMES).map(|p| full_name(&p.path)).collect();
        format!("{}{}: {reason}", names.join(", "), more(of.len() - names.len()))
    }
}

/// For an error: what was there instead.
pub(super) fn what_was_seen(passed_over: &[PassedOver]) -> String {
    if passed_over.is_empty() {
        return "it is empty".into();
    }
    let names: Vec<_> = passed_over.iter().take(NAMES).map(|p| format!("`{}`", full_name(&p.path))).collect();
    format!("seen: {}{}", names.join(", "), more(passed_over.len() - names.len()))
}

fn more(count: usize) -> String {
    if count > 0 { format!(" and {count} more") } else { String::new() }
}
