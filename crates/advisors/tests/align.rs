//! Stems are moved by consent only, and only where what they share tells by how much.

mod fixture;

use acetate_model::{Evidence, Finding, Move, Place, Quantity, Repair, Severity};
use fixture::Fixture;

fn found(of: &str, against: &str, lag_ms: f64, repair: Option<Repair>) -> Finding {
    let (of, against) = (Place::stem(of), Place::stem(against));
    Finding {
        code: "timing".into(),
        severity: Severity::Warning,
        at: of.clone(),
        when_ms: Vec::new(),
        text: String::new(),
        hint: String::new(),
        repair,
        evidence: vec![Evidence::new(&of, Quantity::SharedLag, lag_ms).against(&against)],
    }
}

fn moves(findings: Vec<Finding>, repair: Vec<Repair>) -> Vec<Move> {
    let mut case = Fixture::good();
    case.findings = findings;
    case.brief.repair = repair;
    case.plan().into_iter().filter(|m| m.id.ends_with("/align")).collect()
}

#[test]
fn a_print_out_of_line_is_moved_back_by_consent() {
    for lag_ms in [0.8, 5.25, -42.0] {
        let late = || vec![found("keys", "drums", lag_ms, Some(Repair::Align))];
        assert!(moves(late(), Vec::new()).is_empty());
        let made = moves(late(), vec![Repair::Align]);
        assert_eq!((made.len(), made[0].id.as_str()), (1, "stem/keys/align"));
        assert_eq!(made[0].process.settings["delay_ms"], -lag_ms);
    }
}

#[test]
fn what_no_delay_mends_stays() {
    assert!(moves(vec![found("keys", "drums", 60.0, None)], vec![Repair::Align]).is_empty());
}

#[test]
fn a_stem_beside_two_others_stays() {
    let two = vec![
        found("keys", "drums", 5.0, Some(Repair::Align)),
        found("keys", "vocals", 9.0, Some(Repair::Align)),
    ];
    assert!(moves(two, vec![Repair::Align]).is_empty());
}
