use std::fmt::{self, Write};

use acetate_model::{Finding, Session, Severity};

use crate::letters::{moment, plain};

/// At most this many moments are printed for one finding.
const MOMENTS: usize = 6;

/// What came in: the decision, what was put right, and what was found.
pub(crate) fn delivery(out: &mut String, session: &Session) -> fmt::Result {
    if let Some(acceptance) = &session.acceptance {
        writeln!(out, "## The delivery\n\nThe delivery was **{}**.\n", acceptance.decision.words())?;
        for repaired in &acceptance.repaired {
            writeln!(out, "- put right, {}: {}", plain(&repaired.at.to_string()), plain(&repaired.what))?;
        }
        if !acceptance.repaired.is_empty() {
            writeln!(out)?;
        }
    }
    write(out, "What came in", &session.findings)
}

/// Findings as a list, the worst first.
pub(crate) fn write(out: &mut String, title: &str, findings: &[Finding]) -> fmt::Result {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {title}\n")?;
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|f| std::cmp::Reverse(f.severity));
    for finding in sorted {
        let severity = match finding.severity {
            Severity::Note => "note",
            Severity::Warning => "**warning**",
            Severity::Error => "**error**",
        };
        writeln!(
            out,
            "- {severity}, {}: {} {}{}",
            plain(&finding.at.to_string()),
            plain(&finding.text),
            plain(&finding.hint),
            moments(&finding.when_ms),
        )?;
    }
    writeln!(out)
}

/// The first moments at which something was found, to follow its text; empty for the whole.
pub(crate) fn moments(when_ms: &[[f64; 2]]) -> String {
    if when_ms.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = when_ms.iter().take(MOMENTS).map(|[from, _]| moment(*from)).collect();
    let more = when_ms.len().saturating_sub(MOMENTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" (at {}{more})", shown.join(", "))
}
