use std::io::{ErrorKind, Write};
use std::path::Path;

use acetate_mastering::model::{
    By, Decision, Finding, Json, Kept, Move, Outcome, Place, Quantity, Role, Session, Severity, Standing,
    Stem, Sum, VerdictChoice,
};
use acetate_mastering::{
    REPORT_FILE, Verification, amount, find_processor, limits, moment, precise, settings, works_with,
};
use console::style;
use serde_json::json;

use crate::plan::Alternative;

/// Characters of a column of readings.
const COLUMN: usize = 14;
/// Characters of the column of roles.
const ROLE: usize = 20;
/// Lines that are longer are hard to read.
const WIDEST: usize = 100;

/// Everything that is said to a person or to a program.
pub(crate) struct Printer {
    json: bool,
}

impl Printer {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether results are asked for as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A line on the terminal. A reader that has gone away is no error.
    pub(crate) fn line(&self, text: &str) {
        self.bytes(format!("{text}\n").as_bytes());
    }

    pub(crate) fn text(&self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn bytes(&self, bytes: &[u8]) {
        let mut out = std::io::stdout();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                self.error(&format!("the output could not be written: {error}"));
                std::process::exit(i32::from(crate::UNUSABLE));
            }
            _ => {}
        }
    }

    pub(crate) fn json(&self, value: &Json) {
        self.line(&serde_json::to_string_pretty(value).unwrap_or_default());
    }

    #[allow(clippy::unused_self)]
    pub(crate) fn strong(&self, text: &str) -> String {
        style(text).bold().to_string()
    }

    pub(crate) fn error(&self, message: &str) {
        if self.json {
            let text = serde_json::to_string_pretty(&json!({ "error": message })).unwrap_or_default();
            let _ = writeln!(std::io::stdout(), "{text}");
        }
        let _ = writeln!(std::io::stderr(), "{} {message}", style("error:").for_stderr().red().bold());
    }

    /// The session as one object; true if nothing else is to be printed.
    fn as_json(&self, session: &Session, quiet: bool) -> bool {
        if self.json {
            self.json(&serde_json::to_value(session).unwrap_or_default());
        }
        self.json || quiet
    }

    pub(crate) fn checked(&self, session: &Session, quiet: bool) {
        if self.as_json(session, quiet) {
            return;
        }
        for file in &session.passed_over {
            self.line(&format!("{} passed over {file}", style("note").blue().bold()));
        }
        self.roles(&session.stems);
        self.findings(&session.findings);
        self.acceptance(session);
    }

    /// What was put right, and the decision.
    fn acceptance(&self, session: &Session) {
        let Some(acceptance) = &session.acceptance else { return };
        for repaired in &acceptance.repaired {
            let head = format!("{} {}", style("repaired").cyan().bold(), repaired.at);
            self.line(&head);
            self.wrapped(&repaired.what, style);
        }
        let count = session.stems.len();
        let plural = if count == 1 { "file" } else { "stems" };
        let word = style(acceptance.decision.words()).bold();
        let (word, rest) = match acceptance.decision {
            Decision::Accepted => (word.green(), "nothing to remark."),
            Decision::AcceptedWithNotes => (word.green(), "see above."),
            Decision::Repaired => (word.cyan(), "see above what was done."),
            Decision::Rejected => {
                (word.red(), "it cannot be mastered as it is; `--letter` writes to the client.")
            }
        };
        self.line(&format!("\n{word} {count} {plural}: {rest}"));
    }

    /// What each stem plays, how sure that is, and why.
    fn roles(&self, stems: &[Stem]) {
        let width = stems.iter().map(|s| s.name.chars().count()).max().unwrap_or(0);
        for stem in stems {
            let why = style(&stem.because).dim();
            self.line(&format!("{:width$}  {:ROLE$}  {why}", stem.name, role(stem)));
        }
    }

    pub(crate) fn analysed(&self, session: &Session, quiet: bool) {
        if self.as_json(session, quiet) {
            return;
        }
        let places: Vec<Place> =
            session.stems.iter().map(|s| Place::stem(&s.name)).chain([Place::Master]).collect();
        let shown = [
            Quantity::Integrated,
            Quantity::TruePeak,
            Quantity::LoudnessRange,
            Quantity::Crest,
            Quantity::Correlation,
            Quantity::Balance,
            Quantity::Activity,
        ];
        let name = |place: &Place| if *place == Place::Master { "sum".to_owned() } else { place.to_string() };
        let width = places.iter().map(|p| name(p).chars().count()).max().unwrap_or(0);
        let head = columns(shown.iter().map(|q| short(*q).to_owned()));
        self.line(&format!("{:width$}  {:ROLE$}{}", "", style("role").dim(), style(head).dim()));
        for place in &places {
            let value = |q: &Quantity| session.readings.scalar(place, *q);
            let cells = columns(shown.iter().map(|q| value(q).map_or("–".into(), |v| amount(*q, v))));
            let stem = session.stems.iter().find(|s| Place::stem(&s.name) == *place);
            self.line(&format!("{:width$}  {:ROLE$}{cells}", name(place), stem.map_or(String::new(), role)));
        }
    }

    pub(crate) fn planned(&self, done: &[Alternative], quiet: bool) {
        let [plan, others @ ..] = done else { return };
        if self.json && !others.is_empty() {
            let named = done.iter().map(|one| {
                (one.strength.name().to_owned(), serde_json::to_value(&one.session).unwrap_or_default())
            });
            return self.json(&Json::Object(named.collect()));
        }
        if self.as_json(&plan.session, quiet) {
            return;
        }
        self.findings(&plan.session.findings);
        self.decision(&plan.session);
        if !others.is_empty() {
            self.line("");
            for one in done {
                self.line(&alternative(one));
            }
        }
        self.line(&format!(
            "\nWritten to {}. Edit it, then: acetate render \"{0}\" -o out/",
            plan.file.display()
        ));
    }

    pub(crate) fn mastered(&self, session: &Session, folder: &Path, quiet: bool) {
        if self.as_json(session, quiet) {
            return;
        }
        self.findings(&session.findings);
        let Some(outcome) = &session.outcome else {
            return self.line(&format!(
                "\n{} nothing was written; see above what to send instead.",
                style("rejected").red().bold()
            ));
        };
        self.decision(session);
        self.proof(outcome);
        self.line(&format!("\n{:24}{:>14}{:>14}", "", style("sum").dim(), style("master").dim()));
        for quantity in [
            Quantity::Integrated,
            Quantity::TruePeak,
            Quantity::LoudnessRange,
            Quantity::PeakToLoudness,
            Quantity::Correlation,
        ] {
            let cell = |readings: &acetate_mastering::model::Readings| {
                readings.scalar(&Place::Master, quantity).map_or("–".into(), |v| amount(quantity, v))
            };
            let (before, after) = (cell(&session.readings), cell(&outcome.readings));
            self.line(&format!("{:24}{before:>14}{after:>14}", quantity.label()));
        }
        self.line("");
        for gave_way in &outcome.gave_way {
            self.entry(&style("gave way").yellow().bold().to_string(), gave_way);
        }
        self.findings(&outcome.findings);
        for file in &outcome.deliverables {
            self.file(&folder.join(&file.file).display().to_string(), &file.promises);
        }
        self.sums(&outcome.sums);
        for codec in &outcome.codecs {
            let peak = codec.true_peak_dbtp().map_or("undefined".into(), |v| precise(Quantity::TruePeak, v));
            self.file(&format!("as {} it peaks at {peak}", codec.form.words()), &codec.promises);
        }
        self.line(&format!("\nReport: {}", folder.join(REPORT_FILE).display()));
    }

    pub(crate) fn verified(&self, verification: &Verification, quiet: bool) {
        if self.json {
            return self.json(&serde_json::to_value(verification).unwrap_or_default());
        }
        for changed in &verification.changed {
            self.line(&format!("{} {changed}", style("changed").red().bold()));
        }
        if !quiet {
            verification.files.iter().for_each(|file| self.file(&file.file, &file.promises));
            self.sums(&verification.sums);
        }
    }

    fn sums(&self, sums: &[Sum]) {
        for sum in sums {
            let exact = sum.promises.iter().any(|k| {
                k.promise.quantity == Quantity::SumError && k.measured.is_some_and(|measured| measured == 0.0)
            });
            let how = if exact { ", bit for bit" } else { "" };
            let count = sum.parts.len();
            let first = sum.parts.first().map_or("", String::as_str);
            let parts = match (sum.parts.get(1), first.rsplit_once('/')) {
                (Some(second), _) if count == 2 => format!("{first} + {second}"),
                (_, Some((folder, _))) => format!("{count} files in {folder}/"),
                _ => format!("{count} files"),
            };
            self.file(&format!("{parts} = {}{how}", sum.whole), &sum.promises);
        }
    }

    fn file(&self, name: &str, promises: &[Kept]) {
        let broken: Vec<&Kept> = promises.iter().filter(|k| !k.kept).collect();
        let count = promises.len();
        if broken.is_empty() {
            self.line(&format!("{} {name}: {count} of {count} promises kept", style("✓").green().bold()));
            return;
        }
        self.line(&format!(
            "{} {name}: {} of {count} promises kept",
            style("✗").red().bold(),
            count - broken.len()
        ));
        for kept in broken {
            let quantity = kept.promise.quantity;
            let measured = kept.measured.map_or("undefined".into(), |v| precise(quantity, v));
            let expected = limits(quantity, kept.promise.within);
            self.line(&format!("    {}: expected {expected}, found {measured}", quantity.label()));
        }
    }

    /// Whether the moves did what they should.
    fn proof(&self, outcome: &Outcome) {
        if let Some(plan) = &outcome.proof {
            let dropped = if plan.dropped.is_some() { "; so the plan was dropped" } else { "" };
            let text = format!(
                "equally loud, the plan leaves {:.2} points amiss where the plain sum leaves {:.2}{dropped}.",
                plan.planned, plan.plain
            );
            self.entry(&style("Proof:").bold().to_string(), &text);
        }
        let promises = outcome
            .moves
            .iter()
            .filter(|m| m.withdrawn.is_none())
            .flat_map(|m| m.promises.iter().filter(|p| !p.kept).map(move |p| (&m.id, p)));
        for (id, broken) in promises {
            let quantity = broken.promise.quantity;
            let expected = limits(quantity, broken.promise.within);
            let found = broken.after.map_or("undefined".into(), |v| precise(quantity, v));
            let text = format!("{}: expected {expected}, found {found}", quantity.label());
            self.entry(&style(id).yellow().to_string(), &text);
        }
    }

    fn decision(&self, session: &Session) {
        if let Some(verdict) = &session.verdict {
            let choice = words(verdict.choice);
            let because = verdict.because.first().map_or("", String::as_str);
            self.entry(&style(format!("Verdict: {choice}.")).bold().to_string(), because);
        }
        if let Some(locked) = session.brief.locked() {
            self.line("");
            self.line(&locked);
        }
        for m in &session.plan {
            self.one_move(m);
        }
    }

    fn one_move(&self, m: &Move) {
        let by = if matches!(m.by, By::Human(_)) { " (by hand)" } else { "" };
        let id = match &m.standing {
            Standing::Active => style(&m.id).cyan(),
            Standing::Muted(_) => style(&m.id).dim().strikethrough(),
        };
        let muted = match &m.standing {
            Standing::Active if find_processor(&m.process.kind).is_none() => {
                format!(" (not applied: this version has no `{}`)", m.process.kind)
            }
            Standing::Active => String::new(),
            Standing::Muted(why) if m.standing.is_withdrawn() => format!(" ({why})"),
            Standing::Muted(why) => format!(" (muted: {why})"),
        };
        self.entry(&format!("{id}{by}{muted}"), &m.because);
        let steered = m.process.key.as_ref().map_or(String::new(), |key| format!(", steered by {key}"));
        let works = works_with(&m.process);
        self.wrapped(&format!("{}: {}{steered}", m.process.kind, settings(&works)), |line| style(line).dim());
    }

    /// A head, and its text under it, as wide as the terminal.
    fn entry(&self, head: &str, text: &str) {
        self.line(&format!("\n{head}"));
        self.wrapped(text, style);
    }

    pub(crate) fn wrapped<'a>(
        &self,
        text: &'a str,
        styled: impl Fn(std::borrow::Cow<'a, str>) -> console::StyledObject<std::borrow::Cow<'a, str>>,
    ) {
        let width = usize::from(console::Term::stdout().size().1).clamp(40, WIDEST);
        let form = textwrap::Options::new(width).initial_indent("  ").subsequent_indent("  ");
        for line in textwrap::wrap(text, form) {
            self.line(&styled(line).to_string());
        }
    }

    fn findings(&self, findings: &[Finding]) {
        for finding in findings {
            let severity = match finding.severity {
                Severity::Note => style("note").blue().bold(),
                Severity::Warning => style("warning").yellow().bold(),
                Severity::Error => style("error").red().bold(),
            };
            let when = moments(&finding.when_ms);
            self.line(&format!("{severity} {}{when}", finding.at));
            self.wrapped(&finding.text, style);
            self.wrapped(&finding.hint, |line| style(line).dim());
            if let Some(repair) = finding.repair {
                let offer = format!("With --repair {}: {}.", repair.name(), repair.offer());
                self.wrapped(&offer, |line| style(line).dim());
            }
        }
    }
}

fn words(choice: VerdictChoice) -> &'static str {
    match choice {
        VerdictChoice::Stereo => "stereo",
        VerdictChoice::Stems => "stems",
        VerdictChoice::BackToMix => "back to the mix",
    }
}

/// One proposal beside the others: how many moves, what it leaves amiss, and where it is.
fn alternative(one: &Alternative) -> String {
    let verdict = one.session.verdict.as_ref();
    let active = one.session.plan.iter().filter(|m| m.standing == Standing::Active).count();
    let plural = if active == 1 { " " } else { "s" };
    let left = verdict.and_then(|verdict| {
        let weighed = verdict.weighed?;
        let by_stems = verdict.choice != VerdictChoice::Stereo;
        let left = weighed.stems.filter(|_| by_stems).unwrap_or(weighed.stereo);
        Some(format!("leaves {left:.1} of {:.1} points amiss", weighed.as_sent))
    });
    format!(
        "{:8} {:16}{active:3} move{plural}  {:36}{}",
        one.strength.name(),
        verdict.map_or("", |verdict| words(verdict.choice)),
        left.unwrap_or_default(),
        one.file.display()
    )
}

/// The first moments at which something was found, to follow its place; empty for the whole.
fn moments(when_ms: &[[f64; 2]]) -> String {
    const SHOWN: usize = 3;
    if when_ms.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = when_ms.iter().take(SHOWN).map(|[from, _]| moment(*from)).collect();
    let more = when_ms.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(" at {}{more}", shown.join(", "))
}

/// A role with how sure it is: `lead vocal 95 %`.
fn role(stem: &Stem) -> String {
    match stem.role {
        Role::Unknown => stem.role.label().to_owned(),
        known => format!("{} {:.0} %", known.label(), 100.0 * stem.confidence),
    }
}

/// Cells side by side, each at the right end of its column.
fn columns(cells: impl Iterator<Item = String>) -> String {
    cells.map(|cell| format!("{cell:>COLUMN$}")).collect::<Vec<_>>().concat()
}

/// A label that fits a column.
fn short(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Integrated => "I",
        Quantity::TruePeak => "true peak",
        Quantity::LoudnessRange => "LRA",
        Quantity::Crest => "crest",
        Quantity::Correlation => "correlation",
        Quantity::Balance => "L over R",
        Quantity::Activity => "active",
        other => other.label(),
    }
}
