//! What a music program keeps beside its project: raw recordings, no stems.

use std::path::Path;

use super::{ignore::PROJECT, names::full_name, passed::PassedOver, tree::Item};

/// The folders into which Pro Tools, Live, Logic, Cubase, Studio One and Reaper put recordings and samples.
const FOLDERS: [&str; 7] =
    ["audio files", "samples", "media", "audio", "recorded", "imported", "session file backups"];

/// Leaves out the recordings of projects, unless nothing else was sent. Projects were passed over, from `before` on.
pub(super) fn leave_out(items: Vec<Item>, before: usize, passed_over: &mut Vec<PassedOver>) -> Vec<Item> {
    let projects: Vec<&Path> = passed_over[before..]
        .iter()
        .filter(|p| p.reason == PROJECT)
        .filter_map(|p| p.path.parent())
        .collect();
    let is_material = |item: &Item| {
        let shown = item.shown();
        projects.iter().any(|project| {
            let inner = shown.strip_prefix(project).ok().and_then(Path::parent);
            let mut folders = inner.into_iter().flat_map(Path::ancestors).map(full_name);
            folders.any(|name| FOLDERS.contains(&name.to_lowercase().as_str()))
        })
    };
    let (material, stems): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_material);
    if stems.is_empty() {
        return material;
    }
    let reason = "a recording that belongs to a project; name its folder if it is a stem";
    passed_over.extend(material.iter().map(|i| PassedOver { path: i.shown(), reason: reason.into() }));
    stems
}
