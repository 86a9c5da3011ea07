use super::{
    Violation,
    tree::{Crate, Tree},
};

/// What some crates may not name.
struct Fence {
    /// The crates that may; where the fence is for a few crates only, those that may not.
    crates: Crates,
    /// Names: a path and all below it, a method with its dot, or a macro.
    names: &'static [&'static str],
    why: &'static str,
    remedy: &'static str,
}

enum Crates {
    AllBut(&'static [&'static str]),
    Only(&'static [&'static str]),
}

const FENCES: &[Fence] = &[
    Fence {
        crates: Crates::AllBut(&["acetate-files", "acetate", "xtask", "acetate-repair"]),
        names: &[
            "std::fs",
            "std::net",
            "std::env",
            "std::process",
            "std::path::absolute",
            "std::io::stdin",
            "std::io::stdout",
            "std::io::stderr",
            "SystemTime",
            "std::time::SystemTime",
            "Instant",
            "std::time::Instant",
            "tempfile",
            "walkdir",
            ".exists",
            ".try_exists",
            ".is_file",
            ".is_dir",
            ".canonicalize",
            ".read_dir",
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
        ],
        why: "only files and the apps touch disk, clock, network or terminal",
        remedy: "do it in crates/files or in the app, and hand the result in",
    },
    Fence {
        crates: Crates::AllBut(&[
            "acetate-render",
            "acetate-mastering",
            "acetate-files",
            "acetate",
            "xtask",
            "acetate-repair",
        ]),
        names: &["std::thread", "rayon"],
        why: "threads are started by render, mastering and files only, so that sums keep their order",
        remedy: "write it for one thread, and let the caller run several side by side",
    },
    Fence {
        crates: Crates::Only(&["acetate-checks", "acetate-advisors"]),
        names: &["Audio", "Block", "Source"],
        why: "a decision rests on readings alone, and may not see a sample",
        remedy: "measure it in a meter, and read it from the case",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    tree.crates.iter().flat_map(|krate| FENCES.iter().flat_map(|fence| fence.check(tree, krate))).collect()
}

impl Fence {
    fn check(&self, tree: &Tree, krate: &Crate) -> Vec<Violation> {
        let fenced = match self.crates {
            Crates::AllBut(crates) => !crates.contains(&krate.name.as_str()),
            Crates::Only(crates) => crates.contains(&krate.name.as_str()),
        };
        if !fenced {
            return Vec::new();
        }
        let mut found = Vec::new();
        for file in tree.sources(krate) {
            let named = file
                .code
                .shipped()
                .filter(|named| self.names.iter().any(|name| is_within(&named.path, name)));
            found.extend(
                named.map(|n| file.violation(n.line, format!("`{}`: {}", n.path, self.why), self.remedy)),
            );
        }
        found
    }
}

/// Whether a path is a name, lies below it, or ends with it where it is a single word.
fn is_within(path: &str, name: &str) -> bool {
    let below = path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let imported = !name.contains("::") && path.split("::").any(|segment| segment == name);
    below || imported
}
