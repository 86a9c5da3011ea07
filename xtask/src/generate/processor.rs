use acetate_mastering::model::{Json, Map, ProcessorEntry, Spec};
use anyhow::{Result, anyhow};

use super::{
    plot,
    text::{GENERATED, paragraphs, parameters},
};

/// The signal that a curve is drawn for.
const SPEC: Spec = Spec { rate_hz: 48_000, channels: 2, max_frames: 4096, linked: 0 };

pub(super) struct Page {
    pub text: String,
    /// The curve as SVG.
    pub drawing: Option<String>,
}

pub(super) fn page(entry: &ProcessorEntry) -> Result<Page> {
    let example = (entry.example)();
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

#[cfg(test)]
mod tests {
    use super::*;
    use acetate_mastering::PROCESSORS;

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
