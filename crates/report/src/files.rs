//! What was handed over, and the proof that it is what was promised.

use std::fmt::{self, Write};

use acetate_model::{CodecCheck, Deliverable, Kept, Outcome, Playback, Quantity, Sum};

use crate::{
    letters::{amount, plain},
    markdown::{limits, precise},
};

pub(crate) fn write(out: &mut String, outcome: &Outcome) -> fmt::Result {
    writeln!(out, "## Files\n")?;
    table(out, &outcome.deliverables)?;
    sums(out, &outcome.sums)?;
    codecs(out, &outcome.codecs)?;
    playback(out, &outcome.playback)?;
    // the master's promises are told in full, and those of any file that broke one
    for (n, file) in outcome.deliverables.iter().enumerate() {
        if n == 0 || file.promises.iter().any(|kept| !kept.kept) {
            promises(out, file)?;
        }
    }
    checksums(out, &outcome.deliverables)
}

fn table(out: &mut String, files: &[Deliverable]) -> fmt::Result {
    writeln!(
        out,
        "| file | | rate | length | loudness | true peak | promises kept |\n|---|---|---:|---:|---:|---:|---:|"
    )?;
    for file in files {
        let seconds = file.frames as f64 / f64::from(file.rate_hz.max(1));
        let level = |quantity, value: Option<f64>| value.map_or("–".into(), |v| amount(quantity, v));
        let down = file.turned_down_db.map_or(String::new(), |db| format!(", turned down by {db:.2} dB"));
        let kept = file.promises.iter().filter(|kept| kept.kept).count();
        writeln!(
            out,
            "| {} | {}{down} | {} Hz | {} | {} | {} | {kept} of {} |",
            plain(&file.file),
            file.words(),
            file.rate_hz,
            crate::moment(seconds * 1000.0),
            level(Quantity::Integrated, file.levels.integrated_lufs),
            level(Quantity::TruePeak, file.levels.true_peak_dbtp),
            file.promises.len(),
        )?;
    }
    writeln!(out)
}

fn sums(out: &mut String, sums: &[Sum]) -> fmt::Result {
    if sums.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "### What adds up\n\nThe files on the left, added up sample by sample as they were read again from disk, against the file on \
         the right.\n\n| parts | whole | largest difference | allowed | loudness of the sum |\n|---|---|---:|---:|---:|"
    )?;
    for sum in sums {
        let find = |quantity| sum.promises.iter().find(|k| k.promise.quantity == quantity);
        let error = find(Quantity::SumError);
        let measured = error.and_then(|k| k.measured);
        let found = match measured {
            Some(0.0) => "none: bit for bit".to_owned(),
            Some(steps) => format!("{steps:.2} steps of 24 bit"),
            None => "undefined".into(),
        };
        let allowed = error.map_or(0.0, |k| k.promise.within[1]);
        let allowed = if allowed == 0.0 { "none".to_owned() } else { format!("{allowed:.2} steps") };
        let loudness = find(Quantity::Integrated).and_then(|k| k.measured);
        let loudness = loudness.map_or("–".into(), |v| precise(Quantity::Integrated, v));
        let parts: Vec<String> = sum.parts.iter().map(|part| plain(part)).collect();
        writeln!(
            out,
            "| {} | {} | {found} | {allowed} | {loudness} |",
            parts.join(" + "),
            plain(&sum.whole)
        )?;
    }
    writeln!(out)
}

fn codecs(out: &mut String, codecs: &[CodecCheck]) -> fmt::Result {
    if codecs.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "### What codecs make of it\n\nEncoded, decoded again, and measured.\n\n| codec | rate | true peak | |\n|---|---:|---:|---|"
    )?;
    for codec in codecs {
        let peak = codec.true_peak_dbtp().map_or("undefined".into(), |v| precise(Quantity::TruePeak, v));
        let kept = codec.promises.iter().all(|k| k.kept);
        let word = if kept { "no overs" } else { "**over**" };
        let rate = codec.promises.iter().find(|k| k.promise.quantity == Quantity::Rate);
        let rate = rate.and_then(|k| k.measured).map_or("–".into(), |hz| amount(Quantity::Rate, hz));
        writeln!(out, "| {} | {rate} | {peak} | {word} |", codec.form.words())?;
    }
    writeln!(out)
}

fn playback(out: &mut String, rows: &[Playback]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "### How services will play it\n\nWith normalisation on, by arithmetic from this master.\n\n| service | plays at | turns it | \
         true peak then | its limiter |\n|---|---:|---:|---:|---|"
    )?;
    for row in rows {
        let turns = match row.gain_db {
            db if db.abs() < 0.05 => "as it is".to_owned(),
            db if db < 0.0 => format!("down by {:.1} dB", -db),
            db => format!("up by {db:.1} dB"),
        };
        let limiter =
            row.limited_db.map_or("not needed".into(), |db| format!("**turns peaks down by {db:.1} dB**"));
        writeln!(
            out,
            "| {} | {} | {turns} | {} | {limiter} |",
            plain(&row.service),
            amount(Quantity::Integrated, row.plays_at_lufs.0),
            amount(Quantity::TruePeak, row.true_peak_dbtp),
        )?;
    }
    writeln!(out)
}

fn promises(out: &mut String, file: &Deliverable) -> fmt::Result {
    writeln!(
        out,
        "### {}\n\n{}, {} Hz\n\n| promise | asked | measured on the file | |\n|---|---:|---:|---|",
        plain(&file.file),
        file.words(),
        file.rate_hz,
    )?;
    file.promises.iter().try_for_each(|kept| promise(out, kept))?;
    writeln!(out)
}

fn promise(out: &mut String, kept: &Kept) -> fmt::Result {
    let quantity = kept.promise.quantity;
    let verdict = match (kept.kept, &kept.note) {
        (true, None) => "kept".to_owned(),
        (true, Some(note)) => format!("kept; {}", plain(note)),
        (false, None) => "**broken**".to_owned(),
        (false, Some(note)) => format!("**gave way**: {}", plain(note)),
    };
    writeln!(
        out,
        "| {} | {} | {} | {verdict} |",
        quantity.label(),
        limits(quantity, kept.promise.within),
        kept.measured.map_or("undefined".to_owned(), |v| precise(quantity, v)),
    )
}

fn checksums(out: &mut String, files: &[Deliverable]) -> fmt::Result {
    writeln!(out, "### Checksums\n\n```")?;
    files.iter().try_for_each(|file| writeln!(out, "{}  {}", file.sha256, file.file))?;
    writeln!(out, "```\n")
}
