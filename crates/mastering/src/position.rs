//! Where in a file something stands, so that an error can point at it.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// Line and column of a byte, both counted from 1; columns in characters.
pub(crate) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// `line 3, column 7: `, or nothing where the place is not known.
pub(crate) fn told(text: &str, offset: Option<usize>) -> String {
    offset
        .map(|at| line_column(text, at))
        .map_or(String::new(), |(line, column)| format!("line {line}, column {column}: "))
}

/// Where the value at the end of a path begins in TOML. A step is a key, or the number of an entry.
pub(crate) fn in_toml(text: &str, path: &[String]) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let (first, rest) = path.split_first()?;
    let mut here = root.get_ref().get(first.as_str())?;
    for step in rest {
        here = match here.get_ref() {
            DeValue::Table(table) => table.get(step.as_str())?,
            DeValue::Array(list) => list.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(here.span().start)
}

/// Where the value at the end of a path begins in JSON.
pub(crate) fn in_json(text: &str, path: &[String]) -> Option<usize> {
    let mut at = skip_space(text.as_bytes(), 0);
    for step in path {
        at = children(text, at).into_iter().find(|child| child.key == *step)?.value.start;
    }
    Some(at)
}

/// The path to the innermost value around a byte of JSON: `plan[2].process.kind`.
pub(crate) fn path_in_json(text: &str, offset: usize) -> String {
    let mut path = Vec::new();
    let mut at = skip_space(text.as_bytes(), 0);
    while let Some(child) =
        children(text, at).into_iter().find(|child| (child.from..=child.value.end).contains(&offset))
    {
        path.push(child.key);
        at = child.value.start;
    }
    written(&path)
}

/// A path as it is written: `plan[2].process.kind`.
pub(crate) fn written(path: &[String]) -> String {
    path.iter().fold(String::new(), |text, step| match (text.is_empty(), step.parse::<usize>()) {
        (false, Ok(number)) => format!("{text}[{number}]"),
        (false, Err(_)) => format!("{text}.{step}"),
        (true, _) => step.clone(),
    })
}

/// A value within an object or a list.
struct Child {
    /// Its key, or its number.
    key: String,
    /// Where the key begins, or the value if there is none.
    from: usize,
    value: Range<usize>,
}

/// What an object or a list holds; nothing for other values. The text may end early, but is otherwise JSON.
fn children(text: &str, at: usize) -> Vec<Child> {
    let bytes = text.as_bytes();
    let keyed = match bytes.get(at) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut next = skip_space(bytes, at + 1);
    while bytes.get(next).is_some_and(|b| !matches!(b, b'}' | b']')) {
        let from = next;
        let mut key = found.len().to_string();
        if keyed {
            let end = skip_value(bytes, next);
            key = serde_json::from_str(&text[next..end]).unwrap_or_default();
            next = skip_space(bytes, skip_space(bytes, end) + 1);
        }
        let end = skip_value(bytes, next);
        found.push(Child { key, from, value: next..end });
        next = skip_space(bytes, end);
        if bytes.get(next) == Some(&b',') {
            next = skip_space(bytes, next + 1);
        } else if next == from {
            break;
        }
    }
    found
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    let space = |b: &&u8| b.is_ascii_whitespace();
    from + bytes.get(from..).unwrap_or_default().iter().take_while(space).count()
}

/// The end of the value that begins here.
fn skip_value(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = skip_string(bytes, at),
            b'{' | b'[' => (at, depth) = (at + 1, depth + 1),
            b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return at,
            b'}' | b']' => (at, depth) = (at + 1, depth - 1),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn skip_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &str) -> Vec<String> {
        path.split(' ').map(str::to_owned).collect()
    }

    const TEXT: &str =
        "{\n  \"a b\": [1, {\"c\\\"\": \"}],\", \"d\": [ ]}, -2.5e3],\n  \"é\": {\"x\": true}\n}";

    #[test]
    fn json_is_found_by_path_and_told_by_place() {
        let at = |path: &str| in_json(TEXT, &steps(path)).map(|at| &TEXT[at..]);
        assert!(
            in_json(TEXT, &["a b".into(), "1".into(), "d".into()])
                .is_some_and(|at| TEXT[at..].starts_with("[ ]"))
        );
        assert!(
            in_json(TEXT, &["a b".into(), "2".into()]).is_some_and(|at| TEXT[at..].starts_with("-2.5e3]"))
        );
        assert!(at("é x").is_some_and(|rest| rest.starts_with("true}")));
        assert_eq!(at("é y"), None);
        assert_eq!(path_in_json(TEXT, TEXT.find("[ ]").unwrap() + 1), "a b[1].d");
        assert_eq!(path_in_json(TEXT, TEXT.find("true").unwrap()), "é.x");
        assert_eq!(line_column(TEXT, TEXT.find("true").unwrap()), (3, 14));
    }

    #[test]
    fn broken_json_ends_the_search() {
        for end in 0..TEXT.len() {
            if let Some(cut) = TEXT.get(..end) {
                path_in_json(cut, end);
                in_json(cut, &steps("é x"));
            }
        }
        for odd in ["{]", "[}", "{\"a\" 1}", "{,}", "[:]", "{1:2}", "\"", "", "[[[[", "{\"a\":}"] {
            path_in_json(odd, 1);
            in_json(odd, &steps("a b"));
        }
    }

    #[test]
    fn toml_is_found_by_path() {
        let text = "title = \"x\"\nlock = [\"master\", \"stem/a\"]\n[scale]\n\"master/tone\" = 3\n";
        let at = |path: &str| in_toml(text, &steps(path)).map(|at| line_column(text, at));
        assert_eq!(at("scale master/tone"), Some((4, 17)));
        assert_eq!(at("lock 1"), Some((2, 19)));
        assert_eq!(at("scale other"), None);
    }
}
