use std::fmt::{self, Write};

use acetate_model::{MoveProof, Outcome, PlanProof, Proved};

use crate::{
    letters::{moment, plain},
    markdown::{limits, precise},
};

/// What the moves did, measured, and whether the plan did the song good.
pub(crate) fn write(out: &mut String, outcome: &Outcome) -> fmt::Result {
    let told = |proof: &&MoveProof| {
        proof.withdrawn.is_some() || !proof.promises.is_empty() || !proof.unmeasured.is_empty()
    };
    let moves: Vec<&MoveProof> = outcome.moves.iter().filter(told).collect();
    if moves.is_empty() && outcome.proof.is_none() {
        return Ok(());
    }
    writeln!(out, "## Moves, measured\n")?;
    outcome.proof.iter().try_for_each(|plan| whole(out, plan))?;
    if moves.is_empty() {
        return Ok(());
    }
    writeln!(out, "| move | promise | asked | before | after | |\n|---|---|---:|---:|---:|---|")?;
    moves.into_iter().try_for_each(|proof| one(out, proof))?;
    writeln!(out)
}

fn whole(out: &mut String, plan: &PlanProof) -> fmt::Result {
    let end = if plan.dropped.is_some() { "; so it was dropped" } else { "" };
    writeln!(
        out,
        "Before the last stage and equally loud, the plan leaves {:.2} points amiss where the plain sum leaves {:.2}{end}.\n",
        plan.planned, plan.plain
    )?;
    if plan.sections.is_empty() {
        return Ok(());
    }
    let sections: Vec<String> = plan
        .sections
        .iter()
        .map(|s| {
            format!("{} to {} {:.2} for {:.2}", moment(s.at_ms[0]), moment(s.at_ms[1]), s.planned, s.plain)
        })
        .collect();
    writeln!(out, "By section: {}.\n", sections.join("; "))
}

/// A line for each promise; of what was not promised, only what went wrong.
fn one(out: &mut String, proof: &MoveProof) -> fmt::Result {
    let harm = proof.budget.iter().filter(|budget| !budget.kept);
    let lines: Vec<&Proved> = proof.promises.iter().chain(harm).collect();
    let word = |proved: &Proved| match (&proof.withdrawn, proved.kept) {
        (Some(_), false) => "**broken, withdrawn**",
        (Some(_), true) => "kept, withdrawn",
        (None, true) => "kept",
        (None, false) => "**broken**",
    };
    let id = plain(&proof.id);
    if lines.is_empty() && proof.withdrawn.is_some() {
        writeln!(out, "| {id} | | | | | withdrawn |")?;
    }
    for promise in &proof.unmeasured {
        let (label, of) = (promise.quantity.label(), plain(&promise.of.to_string()));
        writeln!(
            out,
            "| {id} | {label} of {of} | {} | | | not measured |",
            limits(promise.quantity, promise.within)
        )?;
    }
    for proved in lines {
        let quantity = proved.promise.quantity;
        let value = |v: Option<f64>| v.map_or("–".to_owned(), |v| precise(quantity, v));
        writeln!(
            out,
            "| {id} | {} of {} | {} | {} | {} | {} |",
            quantity.label(),
            plain(&proved.promise.of.to_string()),
            limits(quantity, proved.promise.within),
            value(proved.before),
            value(proved.after),
            word(proved)
        )?;
    }
    Ok(())
}
