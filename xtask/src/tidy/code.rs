use std::str::FromStr;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

/// The names that a Rust source uses; comments and strings are no names.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub names: Vec<Named>,
    pub items: Vec<Item>,
    /// First and last line of what is compiled for tests only.
    tests: Vec<(usize, usize)>,
}

/// A path as it is written: `std::fs::read`, `dbg!`, `.exists` for a method, `#[ignore]` for an attribute.
///
/// Groups of a `use` are unfolded.
#[derive(Debug)]
pub(super) struct Named {
    pub path: String,
    pub line: usize,
    /// Whether it is compiled for tests only.
    pub test: bool,
}

/// A constant with its type, or an implementation of a trait.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// `const NAME: KIND = …;` with the names in its value.
    Const { name: String, kind: String, line: usize, value: Vec<String> },
    /// `impl KIND for NAME`.
    Impl { name: String, kind: String, line: usize },
}

impl Code {
    pub fn read(text: &str) -> Result<Self> {
        let tokens =
            TokenStream::from_str(text).map_err(|e| anyhow!("line {}: {e}", e.span().start().line))?;
        let mut code = Self::default();
        code.walk(tokens, "", false);
        Ok(code)
    }

    /// The names outside of tests.
    pub fn shipped(&self) -> impl Iterator<Item = &Named> {
        self.names.iter().filter(|name| !name.test)
    }

    /// Whether a line is compiled for tests only.
    pub fn is_test(&self, line: usize) -> bool {
        self.tests.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    /// Reads one level of tokens; `prefix` stands before every name in a group of a `use`.
    fn walk(&mut self, tokens: TokenStream, prefix: &str, test: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut end_of_test = 0;
        while at < tokens.len() {
            let test = test || at < end_of_test;
            let rest = &tokens[at..];
            if let Some((attribute, length)) = attribute(rest) {
                self.attribute(attribute, test);
                if is_for_tests(attribute) {
                    let item = length + item_length(&rest[length..]);
                    end_of_test = at + item;
                    self.tests.push((rest[0].span().start().line, rest[item - 1].span().end().line));
                }
                at += length;
                continue;
            }
            self.items.extend(if test { None } else { item(rest) });
            at += match &rest[0] {
                TokenTree::Ident(_) => self.path(rest, prefix, test),
                TokenTree::Group(group) => {
                    self.walk(group.stream(), "", test);
                    1
                }
                TokenTree::Punct(dot) if dot.as_char() == '.' => self.method(rest, test),
                _ => 1,
            };
        }
    }

    fn attribute(&mut self, group: &Group, test: bool) {
        if let Some(TokenTree::Ident(name)) = group.stream().into_iter().next() {
            self.note(format!("#[{name}]"), &name, test);
        }
    }

    fn method(&mut self, rest: &[TokenTree], test: bool) -> usize {
        if let [_, TokenTree::Ident(name), TokenTree::Group(arguments), ..] = rest
            && arguments.delimiter() == Delimiter::Parenthesis
        {
            self.note(format!(".{name}"), name, test);
            return 2;
        }
        1
    }

    /// Reads a path and returns how many tokens it took.
    fn path(&mut self, rest: &[TokenTree], prefix: &str, test: bool) -> usize {
        let (path, mut length) = written_path(rest);
        let path = format!("{prefix}{path}");
        let TokenTree::Ident(first) = &rest[0] else { return 1 };
        if is_path_separator(&rest[length..])
            && let Some(TokenTree::Group(group)) = rest.get(length + 2)
            && group.delimiter() == Delimiter::Brace
        {
            self.walk(group.stream(), &format!("{path}::"), test);
            return length + 3;
        }
        let bang = if is_macro_call(&rest[length..]) { "!" } else { "" };
        length += bang.len();
        self.note(format!("{path}{bang}"), first, test);
        length
    }

    fn note(&mut self, path: String, at: &Ident, test: bool) {
        self.names.push(Named { path, line: at.span().start().line, test });
    }
}

/// `a::b::c` and how many tokens it is.
fn written_path(rest: &[TokenTree]) -> (String, usize) {
    let (mut path, mut length) = (String::new(), 0);
    while let Some(TokenTree::Ident(segment)) = rest.get(length) {
        path.push_str(&segment.to_string());
        length += 1;
        if !(is_path_separator(&rest[length..]) && matches!(rest.get(length + 2), Some(TokenTree::Ident(_))))
        {
            break;
        }
        path.push_str("::");
        length += 2;
    }
    (path, length)
}

fn is_path_separator(rest: &[TokenTree]) -> bool {
    matches!(rest, [TokenTree::Punct(a), TokenTree::Punct(b), ..]
        if a.as_char() == ':' && a.spacing() == Spacing::Joint && b.as_char() == ':')
}

/// `!` before a group: `a != b` is none.
fn is_macro_call(rest: &[TokenTree]) -> bool {
    matches!(rest, [TokenTree::Punct(bang), TokenTree::Group(_), ..] if bang.as_char() == '!')
}

/// `#[…]` or `#![…]` and how many tokens it is.
fn attribute(rest: &[TokenTree]) -> Option<(&Group, usize)> {
    let is = |token: Option<&TokenTree>, c| matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == c);
    let length = if is(rest.get(1), '!') { 3 } else { 2 };
    match rest.get(length - 1) {
        Some(TokenTree::Group(group)) if is(rest.first(), '#') && group.delimiter() == Delimiter::Bracket => {
            Some((group, length))
        }
        _ => None,
    }
}

fn is_for_tests(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// How many tokens the item behind an attribute takes: up to its body or its semicolon.
fn item_length(rest: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(end) => end.as_char() == ';',
        _ => false,
    };
    rest.iter().position(ends).map_or(rest.len(), |at| at + 1)
}

fn item(rest: &[TokenTree]) -> Option<Item> {
    let TokenTree::Ident(keyword) = rest.first()? else { return None };
    let line = keyword.span().start().line;
    match keyword.to_string().as_str() {
        "const" => constant(rest, line),
        "impl" => {
            let (kind, length) = written_path(rest.get(1..)?);
            let [TokenTree::Ident(word), name @ ..] = rest.get(1 + length..)? else { return None };
            let name = written_path(name).0;
            (word == "for").then_some(Item::Impl { name, kind: last(&kind), line })
        }
        _ => None,
    }
}

/// `const NAME: KIND = …;`, also of a reference to a slice of a kind, which is then called `[KIND]`.
fn constant(rest: &[TokenTree], line: usize) -> Option<Item> {
    let TokenTree::Ident(name) = rest.get(1)? else { return None };
    let end = rest.iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ';'))?;
    let equals = rest[..end].iter().position(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == '='))?;
    let kind = match &rest[3..equals] {
        [.., TokenTree::Group(slice)] => {
            let inner: Vec<TokenTree> = slice.stream().into_iter().collect();
            format!("[{}]", last(&written_path(&inner).0))
        }
        path => last(&written_path(path).0),
    };
    let mut value = Code::default();
    value.walk(rest[equals..end].iter().cloned().collect(), "", false);
    let value = value.names.into_iter().map(|n| n.path).collect();
    Some(Item::Const { name: name.to_string(), kind, line, value })
}

fn last(path: &str) -> String {
    path.rsplit("::").next().unwrap_or(path).to_owned()
}
