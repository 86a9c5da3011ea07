use super::{
    Violation,
    code::Item,
    tree::{Crate, File, Tree},
};

/// One of the lists.
struct List {
    krate: &'static str,
    name: &'static str,
    /// The type of its entries.
    entry: &'static str,
    /// What is declared to become an entry.
    declared: Declared,
}

enum Declared {
    /// A constant of the entry's type.
    Const,
    /// An implementation of this trait.
    Impl(&'static str),
}

const LISTS: [List; 5] = [
    List { krate: "acetate-meters", name: "METERS", entry: "MeterEntry", declared: Declared::Const },
    List {
        krate: "acetate-meters",
        name: "COMPARISONS",
        entry: "ComparisonEntry",
        declared: Declared::Const,
    },
    List { krate: "acetate-checks", name: "CHECKS", entry: "Check", declared: Declared::Const },
    List { krate: "acetate-advisors", name: "ADVISORS", entry: "Advisor", declared: Declared::Const },
    List {
        krate: "acetate-processors",
        name: "PROCESSORS",
        entry: "ProcessorEntry",
        declared: Declared::Impl("Settings"),
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Violation> {
    LISTS
        .iter()
        .filter_map(|list| Some((list, tree.crates.iter().find(|c| c.name == list.krate)?)))
        .flat_map(|(list, krate)| list.check(tree, krate))
        .collect()
}

impl List {
    fn check(&self, tree: &Tree, krate: &Crate) -> Vec<Violation> {
        let Some(listed) = tree.sources(krate).find_map(|file| self.entries(file)) else {
            let why = format!("there is no list `{}`", self.name);
            return vec![tree.in_manifest(
                krate,
                "name",
                why,
                "declare it in src/lib.rs as a constant slice",
            )];
        };
        let declared =
            tree.sources(krate).flat_map(|file| file.code.items.iter().map(move |item| (file, item)));
        declared
            .filter_map(|(file, item)| {
                let (name, line) = self.declares(item)?;
                let is_listed = listed.iter().any(|path| self.is_named(path, name, file));
                let why = format!("`{name}` is missing from `{}`", self.name);
                (!is_listed)
                    .then(|| file.violation(line, why, "add its line to the list, or remove the file"))
            })
            .collect()
    }

    /// The names in the list, if it stands in this file.
    fn entries<'a>(&self, file: &'a File) -> Option<&'a [String]> {
        file.code.items.iter().find_map(|item| match item {
            Item::Const { name, kind, value, .. }
                if name == self.name && *kind == format!("[{}]", self.entry) =>
            {
                Some(value.as_slice())
            }
            _ => None,
        })
    }

    fn declares<'a>(&self, item: &'a Item) -> Option<(&'a str, usize)> {
        match (item, &self.declared) {
            (Item::Const { name, kind, line, .. }, Declared::Const) if kind == self.entry => {
                Some((name, *line))
            }
            (Item::Impl { name, kind, line }, Declared::Impl(of)) if kind == of => Some((name, *line)),
            _ => None,
        }
    }

    /// Whether a path of the list means what a file declares: `dc::CHECK` is the `CHECK` of dc.rs.
    fn is_named(&self, path: &str, name: &str, file: &File) -> bool {
        let Some(module) = path.strip_suffix(name) else { return false };
        match (module.strip_suffix("::"), &self.declared) {
            (None, _) => module.is_empty(),
            (Some(_), Declared::Impl(_)) => true,
            (Some(module), Declared::Const) => {
                let folder = file.path.strip_suffix(".rs").unwrap_or(&file.path);
                module.rsplit("::").next().is_some_and(|last| folder.split('/').any(|part| part == last))
            }
        }
    }
}
