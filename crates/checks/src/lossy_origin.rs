use acetate_model::{Case, Check, Finding, Severity};

use crate::look::{Resting, found, place};
use crate::upsampled::{Cut, DULL_HZ, LEAST_DROP_DB, cuts};

pub(crate) const CHECK: Check = Check {
    code: "lossy_origin",
    about: "Looks for stems that were MP3, AAC, Vorbis or Opus before: such coders cut the spectrum off at a fixed \
            frequency, the lower the fewer bits they had. What they left out does not come back, and what they \
            added is heard when it is made louder. Keeps quiet about soft roll-offs, about stems without highs, \
            and about cuts at half of a common rate.",
    run,
};

fn run(case: &Case) -> Vec<Finding> {
    cuts(case).filter(|cut| cut.from_rate_hz.is_none()).map(|cut| lossy(&cut)).collect()
}

fn lossy(cut: &Cut) -> Finding {
    let severity = if cut.edge.value <= DULL_HZ { Severity::Warning } else { Severity::Note };
    let text = format!(
        "The spectrum stops at {:.1} kHz and falls by {:.0} dB there, as lossy coding leaves it (MP3, AAC, Vorbis, Opus).",
        cut.edge.value / 1000.0,
        cut.drop.value
    );
    let hint = "Send the export of the session as WAV or FLAC, and replace samples and recordings that were lossy files.";
    let evidence = [cut.edge.clone(), cut.drop.clone().usual(0.0, LEAST_DROP_DB)];
    found(CHECK.code, severity, &place(cut.stem), text, hint).resting_on(evidence)
}
