use super::{
    Violation,
    tree::{Crate, Tree},
};

/// What works on the workspace and is in no product: these may use all.
pub(super) const TOOLS: [&str; 2] = ["xtask", "acetate-repair"];

/// Which of our crates each of them may be built from.
const ARROWS: &[(&str, &[&str])] = &[
    ("acetate-macros", &[]),
    ("acetate-model", &["acetate-macros"]),
    ("acetate-dsp", &["acetate-model"]),
    ("acetate-meters", &["acetate-model", "acetate-dsp"]),
    ("acetate-checks", &["acetate-model"]),
    ("acetate-advisors", &["acetate-model"]),
    ("acetate-processors", &["acetate-model", "acetate-dsp"]),
    ("acetate-render", &["acetate-model", "acetate-dsp", "acetate-processors"]),
    ("acetate-files", &["acetate-model", "acetate-dsp"]),
    ("acetate-report", &["acetate-model"]),
    (
        "acetate-mastering",
        &[
            "acetate-model",
            "acetate-dsp",
            "acetate-meters",
            "acetate-checks",
            "acetate-advisors",
            "acetate-processors",
            "acetate-render",
            "acetate-files",
            "acetate-report",
        ],
    ),
    ("acetate", &["acetate-mastering"]),
];

/// Crates that decide: they rest on readings, so nothing that could hold a sample comes in.
const DECIDING: [&str; 2] = ["acetate-checks", "acetate-advisors"];

/// What the deciding crates may use from outside.
const HARMLESS: [&str; 2] = ["libm", "serde_json"];

const KEEP_THE_ARROWS: &str = "move the code to where both sides may use it, or change the table in \
    xtask/src/tidy/arrows.rs and docs/architecture.md together";

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    let crates = || tree.crates.iter().filter(|c| !TOOLS.contains(&c.name.as_str()));
    crates()
        .flat_map(|c| arrows(tree, c))
        .chain(crates().filter_map(|c| lints(tree, c)))
        .chain(forbid(tree))
        .collect()
}

fn arrows(tree: &Tree, krate: &Crate) -> Vec<Violation> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == krate.name) else {
        let why = format!("`{}` has no place among the crates", krate.name);
        let remedy =
            "say in the table of xtask/src/tidy/arrows.rs which crates it may use, and which may use it";
        return vec![tree.in_manifest(krate, "name", why, remedy)];
    };
    let deciding = DECIDING.contains(&krate.name.as_str());
    let is_ours = |need: &str| need == "acetate" || need.starts_with("acetate-");
    let refused = krate.needs.iter().filter(|need| {
        let need = need.as_str();
        if is_ours(need) { !allowed.contains(&need) } else { deciding && !HARMLESS.contains(&need) }
    });
    refused
        .map(|need| {
            let why = if deciding {
                format!("`{}` decides on readings alone, so it may not use `{need}`", krate.name)
            } else {
                format!("`{}` may not use `{need}`: the arrows point the other way", krate.name)
            };
            tree.in_manifest(krate, need, why, KEEP_THE_ARROWS)
        })
        .collect()
}

/// Every crate takes the workspace's lints, and so forbids unsafe code.
fn lints(tree: &Tree, krate: &Crate) -> Option<Violation> {
    let manifest = tree.file(&format!("{}/Cargo.toml", krate.folder))?;
    let table: toml::Table = toml::from_str(&manifest.text).ok()?;
    let takes = table.get("lints").and_then(|l| l.get("workspace")).and_then(toml::Value::as_bool);
    (takes != Some(true)).then(|| {
        let why = format!("`{}` does not take the workspace's lints", krate.name);
        tree.in_manifest(krate, "[lints]", why, "add `[lints]` with `workspace = true`")
    })
}

fn forbid(tree: &Tree) -> Option<Violation> {
    let manifest = tree.file("Cargo.toml")?;
    let table: toml::Table = toml::from_str(&manifest.text).ok()?;
    let level =
        table.get("workspace").and_then(|w| w.get("lints")?.get("rust")?.get("unsafe_code")?.as_str());
    (level != Some("forbid")).then(|| {
        let why = "the workspace does not forbid unsafe code".to_owned();
        manifest.violation(1, why, "put `unsafe_code = \"forbid\"` under `[workspace.lints.rust]`")
    })
}
