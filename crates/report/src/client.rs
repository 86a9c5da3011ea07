//! A message to the client about a delivery.

use std::fmt::Write;

use acetate_model::{Decision, Finding, Place, Repair, Session, Severity};
use textwrap::{Options, fill};

use crate::findings::moments;

/// Lines are as long as in an e-mail.
const WIDTH: usize = 76;

/// A message to send to the client as it is: what must be sent again, what was put right, what is good to know.
pub fn letter(session: &Session) -> String {
    let title = session.brief.title.as_deref();
    let decision = session.acceptance.as_ref().map_or(Decision::Accepted, |a| a.decision);
    let of = title.map_or_else(|| "your song".to_owned(), |title| format!("“{title}”"));
    let mut text = format!("Subject: {}\n\nHello,\n\n", subject(decision, &of, session));
    paragraph(&mut text, &opening(decision, &of, session));
    let of_severity = |wanted: &[Severity]| grouped(session, wanted);
    section(&mut text, "Please send again:", &of_severity(&[Severity::Error]), true);
    let asked = match decision {
        Decision::Rejected => "And while you are at it:",
        _ => "Please have a look at this. If it is meant so, tell me and I leave it:",
    };
    section(&mut text, asked, &of_severity(&[Severity::Warning]), true);
    section(&mut text, "I put this right myself:", &repaired(session), false);
    section(&mut text, "With your consent I can do this here:", &offers(session), false);
    section(&mut text, "Good to know:", &of_severity(&[Severity::Note]), false);
    paragraph(&mut text, closing(decision));
    text
}

fn subject(decision: Decision, of: &str, session: &Session) -> String {
    let warned = session.findings.iter().any(|f| f.severity == Severity::Warning);
    match decision {
        Decision::Rejected => format!("The stems of {of}: please send them again"),
        _ if warned => format!("The stems of {of}: questions before I start"),
        _ => format!("The stems of {of} have arrived and are fine"),
    }
}

fn opening(decision: Decision, of: &str, session: &Session) -> String {
    let count = match session.stems.len() {
        1 => "the file".to_owned(),
        count => format!("the {count} stems"),
    };
    let mix = if session.mix.is_some() { " and the mix" } else { "" };
    let state = match decision {
        Decision::Rejected => "This cannot be mastered as it is; below is what stands in the way.",
        Decision::Repaired => "It can be mastered; a little had to be put right first.",
        Decision::Accepted | Decision::AcceptedWithNotes => "It can be mastered as it is.",
    };
    format!("thank you for {count}{mix} of {of}. I have measured all of it. {state}")
}

fn closing(decision: Decision) -> &'static str {
    match decision {
        Decision::Rejected => {
            "Please export all stems over the same range, from the same start to the same end, as WAV with 24 bit \
             or 32 bit float at the rate of the session, without limiter on the mix bus, and send them together \
             with your mix. Thank you!"
        }
        _ => "If anything of this surprises you, write to me before I start. Thank you!",
    }
}

/// Findings of some severities; those that say the same of several stems are one entry.
fn grouped(session: &Session, wanted: &[Severity]) -> Vec<String> {
    let mut entries: Vec<(Vec<String>, &Finding)> = Vec::new();
    for finding in session.findings.iter().filter(|f| wanted.contains(&f.severity)) {
        let same = |(_, other): &&mut (Vec<String>, &Finding)| {
            other.code == finding.code && other.text == finding.text && other.when_ms == finding.when_ms
        };
        match entries.iter_mut().find(same) {
            Some((names, _)) => names.push(name(&finding.at)),
            None => entries.push((vec![name(&finding.at)], finding)),
        }
    }
    entries
        .into_iter()
        .map(|(names, f)| {
            let what = format!("{}: {}{}", names.join(", "), f.text, moments(&f.when_ms));
            if f.severity == Severity::Note { what } else { format!("{what} {}", f.hint) }
        })
        .collect()
}

fn repaired(session: &Session) -> Vec<String> {
    let all = session.acceptance.iter().flat_map(|a| &a.repaired);
    all.map(|r| format!("{}: {}", name(&r.at), r.what)).collect()
}

/// What would mend a finding and was not asked for.
fn offers(session: &Session) -> Vec<String> {
    let asked = |repair: &Repair| session.brief.repair.contains(repair);
    let open = session.findings.iter().filter_map(|f| Some((f, f.repair.filter(|r| !asked(r))?)));
    open.map(|(f, repair)| format!("{}: {}.", name(&f.at), repair.offer())).collect()
}

fn name(place: &Place) -> String {
    match place {
        Place::Stem(name) | Place::Bus(name) => name.clone(),
        Place::Master => "all together".to_owned(),
    }
}

fn section(text: &mut String, head: &str, entries: &[String], numbered: bool) {
    if entries.is_empty() {
        return;
    }
    paragraph(text, head);
    // the list follows its head directly
    text.pop();
    for (at, entry) in entries.iter().enumerate() {
        let mark = if numbered { format!("{}. ", at + 1) } else { "- ".to_owned() };
        let indent = " ".repeat(mark.len());
        let _ = writeln!(
            text,
            "{}",
            fill(entry, Options::new(WIDTH).initial_indent(&mark).subsequent_indent(&indent))
        );
    }
    text.push('\n');
}

fn paragraph(text: &mut String, sentences: &str) {
    let _ = writeln!(text, "{}\n", fill(sentences, WIDTH));
}
