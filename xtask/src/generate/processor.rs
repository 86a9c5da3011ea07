use acetate_mastering::model::{Json, Map, ProcessorEntry, Spec};
use anyhow::{Result, anyhow};

use super::{
    plot,
    text::{GENERATED, paragraphs, parameters},
};

/// The signal that a curve is drawn for.
const SPEC: Spec = Spec { rate_hz: 48_000, channels: 2, max_frames: 4096, linked: 0 };

/// Settings that show what a processor is for, where its defaults change nothing.
const TYPICAL: &[(&str, &str)] = &[
    ("gain", r#"{ "gain_db": -1.5 }"#),
    ("high_pass", r#"{ "cutoff_hz": 30, "slope": "db24" }"#),
    (
        "eq",
        r#"{ "bands": [
            { "shape": "low_shelf", "freq_hz": 90, "gain_db": -1.5 },
            { "shape": "bell", "freq_hz": 320, "gain_db": -2, "q": 1.2 },
            { "shape": "bell", "freq_hz": 3000, "gain_db": 1, "q": 0.8 },
            { "shape": "high_shelf", "freq_hz": 10000, "gain_db": 2 }
        ] }"#,
    ),
    (
        "multiband",
        r#"{ "bands": [
            { "to_hz": 120, "threshold_db": -24, "ratio": 2 },
            { "to_hz": 2500, "threshold_db": -26, "ratio": 1.8 },
            { "to_hz": 20000 }
        ] }"#,
    ),
    ("stereo", r#"{ "width_percent": 110, "mono_below_hz": 120 }"#),
    ("limiter", r#"{ "drive_db": 6 }"#),
    ("dither", r#"{ "bits": 16 }"#),
];

pub(super) struct Page {
    pub text: String,
    /// The curve as SVG.
    pub drawing: Option<String>,
}

pub(super) fn page(entry: &ProcessorEntry) -> Result<Page> {
    let example = typical(entry)?;
    let drawing = plot::draw(&(entry.curve)(&example, &SPEC).map_err(|e| anyhow!("{e}"))?);
    let mut text = format!("{GENERATED}\n# {}\n\n{}\n", entry.id, paragraphs(entry.about));
    if drawing.is_some() {
        text += &format!("\n![The curve of the example below]({}.svg)\n", entry.id);
    }
    text += &format!("\n## Settings\n\nVersion {}. What is left out has its default.\n\n", entry.version);
    text += &parameters(entry.params);
    let process =
        Map::from_iter([("kind".to_owned(), entry.id.into()), ("settings".to_owned(), example.into())]);
    text += &format!("\n## In a session\n\n```json\n\"process\": {:#}\n```\n", Json::from(process));
    Ok(Page { text, drawing })
}

/// The example of a processor: its typical settings, or its defaults.
fn typical(entry: &ProcessorEntry) -> Result<Map> {
    match TYPICAL.iter().find(|(id, _)| *id == entry.id) {
        Some((_, settings)) => {
            let settings: Map = serde_json::from_str(settings)?;
            (entry.complete)(&settings).map_err(|e| anyhow!("{e}"))?;
            Ok(settings)
        }
        None => Ok((entry.defaults)()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use acetate_mastering::PROCESSORS;

    #[test]
    fn every_example_is_of_a_processor() {
        for (id, _) in TYPICAL {
            assert!(PROCESSORS.iter().any(|entry| entry.id == *id), "there is no processor `{id}`");
        }
    }

    #[test]
    fn every_page_names_every_setting() {
        for entry in PROCESSORS {
            let page = page(entry).expect("a page");
            for param in entry.params {
                assert!(page.text.contains(&format!("| `{}` |", param.name)), "{}.{}", entry.id, param.name);
            }
        }
    }
}
