//! Derives a table of parameters from a struct, so that a setting is declared in one place.
//!
//! `#[derive(Params)]` reads each field's doc comment and its `#[param(default = …, range = a..=b, log)]`.
//! A number that says how much of the sound is changed has `amount` (it does nothing at 0), `amount = 100.0` (nothing
//! at 100), `amount_in_ratios = 30000.0` (the same on a logarithmic scale) or `amount_as_slope` (a compressor's ratio).
//! The kind follows from the field's type: a unit (`Db`, `Hz`, …) is a number and needs a range, `u32` is a
//! whole number and needs a range, `bool` is a flag, `Vec<T>` is a list of another `Params` struct
//! (`#[param(max = n)]`), and anything else is a choice declared with `#[derive(Choice)]`.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Lit, Meta, Result, Token, Type,
    parse_macro_input, parse_quote, spanned::Spanned,
};

/// Implements `acetate_model::Params` and `Default`.
#[proc_macro_derive(Params, attributes(param))]
pub fn derive_params(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    params(&input).unwrap_or_else(Error::into_compile_error).into()
}

/// Implements `acetate_model::Choice` for an enum without fields; names are the variants in `snake_case`.
#[proc_macro_derive(Choice)]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn params(input: &DeriveInput) -> Result<Tokens> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "Params is derived for structs with named fields"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(Error::new(input.span(), "Params is derived for structs with named fields"));
    };
    let fields: Vec<ParamField> = named.named.iter().map(ParamField::read).collect::<Result<_>>()?;
    let (name, about) = (&input.ident, docs(&input.attrs));
    let tables = fields.iter().map(ParamField::table);
    let defaults = fields.iter().map(ParamField::default);
    let writes = fields.iter().map(|f| {
        let (ident, key) = (&f.ident, &f.key);
        quote!(map.insert(#key.to_owned(), acetate_model::Field::to_json(&self.#ident));)
    });
    let reads = fields.iter().enumerate().map(|(at, f)| {
        let (ident, key) = (&f.ident, &f.key);
        quote! {
            if let Some(found) = map.get(#key) {
                out.#ident = acetate_model::Field::from_json(found, &Self::PARAMS[#at])?;
            }
        }
    });
    Ok(quote! {
        impl acetate_model::Params for #name {
            const ABOUT: &'static str = #about;
            const PARAMS: &'static [acetate_model::Param] = &[#(#tables),*];
            fn to_map(&self) -> acetate_model::Map {
                let mut map = acetate_model::Map::new();
                #(#writes)*
                map
            }
            fn from_map(map: &acetate_model::Map) -> Result<Self, acetate_model::ParamError> {
                acetate_model::reject_unknown_keys(Self::PARAMS, map)?;
                let mut out = Self::default();
                #(#reads)*
                Ok(out)
            }
        }
        impl Default for #name {
            fn default() -> Self {
                Self { #(#defaults),* }
            }
        }
    })
}

fn choice(input: &DeriveInput) -> Result<Tokens> {
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(input.span(), "Choice is derived for enums without fields"));
    };
    let name = &input.ident;
    let keys: Vec<String> = data.variants.iter().map(|v| snake(&v.ident.to_string())).collect();
    let abouts = data.variants.iter().map(|v| docs(&v.attrs));
    let variants: Vec<_> = data.variants.iter().map(|v| &v.ident).collect();
    Ok(quote! {
        impl acetate_model::Choice for #name {
            const OPTIONS: &'static [acetate_model::Opt] =
                &[#(acetate_model::Opt { name: #keys, about: #abouts }),*];
            fn name(&self) -> &'static str {
                match self { #(Self::#variants => #keys),* }
            }
            fn from_name(name: &str) -> Option<Self> {
                match name { #(#keys => Some(Self::#variants),)* _ => None }
            }
        }
        impl acetate_model::Field for #name {
            fn to_json(&self) -> acetate_model::Json {
                acetate_model::Json::from(acetate_model::Choice::name(self))
            }
            fn from_json(
                found: &acetate_model::Json,
                param: &acetate_model::Param,
            ) -> Result<Self, acetate_model::ParamError> {
                found
                    .as_str()
                    .and_then(<Self as acetate_model::Choice>::from_name)
                    .ok_or_else(|| param.refuse(found))
            }
        }
    })
}

struct ParamField {
    ident: syn::Ident,
    key: String,
    about: String,
    ty: Type,
    default: Option<Expr>,
    range: Option<(Expr, Expr)>,
    max: Option<Expr>,
    log: bool,
    amount: Option<Tokens>,
}

impl ParamField {
    fn read(field: &Field) -> Result<Self> {
        let ident = field.ident.clone().ok_or_else(|| Error::new(field.span(), "needs a name"))?;
        let mut out = Self {
            key: ident.to_string(),
            about: docs(&field.attrs),
            ty: field.ty.clone(),
            ident,
            default: None,
            range: None,
            max: None,
            log: false,
            amount: None,
        };
        if out.about.is_empty() {
            return Err(Error::new(field.span(), "a parameter needs a doc comment: it is shown to people"));
        }
        for attr in field.attrs.iter().filter(|a| a.path().is_ident("param")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("log") {
                    out.log = true;
                } else if meta.path.is_ident("amount") {
                    let neutral: Expr =
                        if meta.input.peek(Token![=]) { meta.value()?.parse()? } else { parse_quote!(0.0) };
                    out.amount = Some(quote!(acetate_model::Amount::From(#neutral)));
                } else if meta.path.is_ident("amount_in_ratios") {
                    let neutral: Expr = meta.value()?.parse()?;
                    out.amount = Some(quote!(acetate_model::Amount::InRatios(#neutral)));
                } else if meta.path.is_ident("amount_as_slope") {
                    out.amount = Some(quote!(acetate_model::Amount::Slope));
                } else if meta.path.is_ident("default") {
                    out.default = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("max") {
                    out.max = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("range") {
                    let Expr::Range(range) = meta.value()?.parse()? else {
                        return Err(meta.error("expected low..=high"));
                    };
                    match (range.start, range.end) {
                        (Some(low), Some(high)) => out.range = Some((*low, *high)),
                        _ => return Err(meta.error("expected low..=high")),
                    }
                } else {
                    return Err(meta.error(
                        "expected default, range, max, log, amount, amount_in_ratios or amount_as_slope",
                    ));
                }
                Ok(())
            })?;
        }
        Ok(out)
    }

    fn kind_name(&self) -> String {
        match &self.ty {
            Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn table(&self) -> Tokens {
        let (key, about, ty) = (&self.key, &self.about, &self.ty);
        let kind = match (self.kind_name().as_str(), &self.range, &self.default) {
            ("bool", _, default) => {
                let default = default.as_ref().map_or(quote!(false), |d| quote!(#d));
                quote!(acetate_model::Kind::Flag { default: #default })
            }
            ("Vec", ..) => {
                let max = self.max.as_ref().map_or(quote!(usize::MAX), |m| quote!(#m));
                quote!(acetate_model::Kind::List { of: <#ty as acetate_model::List>::PARAMS, max: #max })
            }
            ("u32", Some((low, high)), Some(default)) => {
                quote!(acetate_model::Kind::Whole { default: #default, min: #low, max: #high })
            }
            (_, Some((low, high)), Some(default)) => {
                let log = self.log;
                quote!(acetate_model::Kind::Number {
                    unit: <#ty as acetate_model::Unit>::SYMBOL,
                    suffix: <#ty as acetate_model::Unit>::SUFFIX,
                    default: #default, min: #low, max: #high, log: #log,
                })
            }
            (_, None, Some(default)) => quote!(acetate_model::Kind::Choice {
                options: <#ty as acetate_model::Choice>::OPTIONS,
                default: stringify!(#default),
            }),
            _ => Error::new(self.ty.span(), "needs #[param(default = …)], and a range if it is a number")
                .into_compile_error(),
        };
        let amount = self.amount.as_ref().map_or(quote!(None), |amount| quote!(Some(#amount)));
        quote!(acetate_model::Param { name: #key, about: #about, kind: #kind, amount: #amount })
    }

    fn default(&self) -> Tokens {
        let (ident, ty) = (&self.ident, &self.ty);
        let value = match (self.kind_name().as_str(), &self.default, &self.range) {
            ("bool", default, _) => default.as_ref().map_or(quote!(false), |d| quote!(#d)),
            ("Vec", ..) => quote!(Vec::new()),
            ("u32", Some(default), _) => quote!(#default),
            (_, Some(default), Some(_)) => quote!(<#ty as acetate_model::Unit>::new(#default)),
            (_, Some(default), None) => {
                let variant = format_ident!("{}", camel(&quote!(#default).to_string()));
                quote!(<#ty>::#variant)
            }
            _ => quote!(Default::default()),
        };
        quote!(#ident: #value)
    }
}

fn docs(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            Meta::NameValue(nv) if nv.path.is_ident("doc") => match &nv.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
        .map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned())
        .collect();
    lines.join("\n").trim().to_owned()
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_uppercase() && at > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
        })
        .collect()
}
