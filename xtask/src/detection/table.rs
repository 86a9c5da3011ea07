use acetate_mastering::model::Severity;

use super::{
    LEVELS, MEDIUM,
    count::{Clean, Count, Row},
};

impl Count {
    pub fn to_markdown(&self) -> String {
        let mut text = format!(
            "# Detection\n\n\
             What the checks find of faults that were put into {} real songs ({} stems), and what they say of the \
             songs as they are. Written by `cargo xtask detection`.\n\n\
             | Fault | Check | Small | Medium | Gross |\n|---|---|---|---|---|\n",
            self.clean.songs, self.clean.stems
        );
        for row in &self.faults {
            text += &format!("| {} | {} | {} |\n", row.name, codes(row), cells(row).join(" | "));
        }
        let recall: Vec<String> =
            (0..LEVELS).map(|level| format!("{:.1} %", 100.0 * self.recall(level))).collect();
        text += &format!("| **all** | | {} |\n", recall.join(" | "));
        text += &self.missed();
        text + &clean(&self.clean)
    }

    /// Where faults were not found, apart from small ones.
    fn missed(&self) -> String {
        let not_small = |row: &&Row| row.found[MEDIUM..] != row.tried[MEDIUM..];
        let rows: Vec<&Row> = self.faults.iter().filter(not_small).collect();
        if rows.is_empty() {
            return String::new();
        }
        let mut text = "\n## Missed\n\n".to_owned();
        for row in rows {
            let small = row.levels[0];
            let missed: Vec<&str> =
                row.missed.iter().map(String::as_str).filter(|m| !m.ends_with(small)).collect();
            text += &format!("- {}: {}\n", row.name, missed.join("; "));
        }
        text
    }
}

fn codes(row: &Row) -> String {
    row.codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ")
}

fn cells(row: &Row) -> Vec<String> {
    (0..LEVELS)
        .map(|level| format!("{}: {}/{}", row.levels[level], row.found[level], row.tried[level]))
        .collect()
}

fn clean(clean: &Clean) -> String {
    let per_hundred = 100.0 * clean.false_alarms() as f64 / clean.stem_checks().max(1) as f64;
    let mut text = format!(
        "\n## Songs as they are\n\n\
         {} findings are true of the songs (`xtask/src/detection/known.rs` says why). Besides there are {} in {} \
         checks of a stem or sum: {per_hundred:.2} in a hundred, {} of them errors.\n\n",
        clean.true_ones,
        clean.false_alarms(),
        clean.stem_checks(),
        clean.errors(),
    );
    for (code, alarms) in &clean.alarms {
        for (severity, what) in alarms {
            text += &format!("- `{code}` ({}): {what}\n", word(*severity));
        }
    }
    text
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
