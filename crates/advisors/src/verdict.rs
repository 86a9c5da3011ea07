use acetate_model::{Case, Finding, Mode, Move, Place, Severity, Standing, Verdict, VerdictChoice};

/// How the song should be mastered, and why: back to the mix where an error was found, from stems where a stem
/// has an active move of its own, else the sum.
pub fn verdict(case: &Case, plan: &[Move]) -> Verdict {
    let errors: Vec<&Finding> = case.findings.iter().filter(|f| f.severity == Severity::Error).collect();
    let on_stems: Vec<&Move> =
        plan.iter().filter(|m| matches!(m.at, Place::Stem(_)) && m.standing == Standing::Active).collect();
    let (choice, because) = if !errors.is_empty() {
        let said = errors.iter().map(|f| format!("{}: {} {}", f.at, f.text, f.hint)).collect();
        (VerdictChoice::BackToMix, said)
    } else if case.stems.len() < 2 {
        (VerdictChoice::Stereo, vec!["There is one file, so the file is mastered as it is.".into()])
    } else if case.brief.mode == Mode::Stereo {
        (VerdictChoice::Stereo, vec!["The brief asks for the sum to be mastered.".into()])
    } else if on_stems.is_empty() {
        let count = case.stems.len();
        let said = format!("None of the {count} stems needs a move of its own, so their sum is mastered.");
        (VerdictChoice::Stereo, vec![said])
    } else {
        let count = format!(
            "{} of {} stems can be corrected without touching the others.",
            stems_touched(&on_stems),
            case.stems.len()
        );
        let moves = on_stems.iter().map(|m| format!("{}: {}", m.at, m.because));
        (VerdictChoice::Stems, [count].into_iter().chain(moves).collect())
    };
    Verdict { choice, because }
}

fn stems_touched(moves: &[&Move]) -> usize {
    moves.iter().enumerate().filter(|(n, m)| moves[..*n].iter().all(|other| other.at != m.at)).count()
}
