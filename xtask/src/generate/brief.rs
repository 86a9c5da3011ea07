use acetate_mastering::model::{Json, Map};

use super::text::{GENERATED, one_line};

/// The page of a brief, from its JSON schema.
pub(super) fn page(schema: &Json) -> String {
    let about = schema["description"].as_str().map(one_line).unwrap_or_default();
    let mut text = format!("{GENERATED}\n# Brief\n\n{about} Every key may be left out.\n\n");
    text += "| Key | Default | Value | What it says |\n|---|---|---|---|\n";
    for (key, field) in schema["properties"].as_object().into_iter().flatten() {
        let about = field["description"].as_str().map(one_line).unwrap_or_default();
        text += &format!("| `{key}` | {} | {} | {about} |\n", default(field), kind(field));
    }
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        text += &choices(name, definition);
    }
    text
}

fn default(field: &Json) -> String {
    match &field["default"] {
        Json::Null => String::new(),
        Json::Array(list) if list.is_empty() => String::new(),
        Json::Object(table) if table.is_empty() => String::new(),
        value => format!("`{value}`"),
    }
}

/// What a field takes, in a word or a link.
fn kind(field: &Json) -> String {
    if let Some(name) = reference(field) {
        return linked(name);
    }
    let types = field["type"].as_array().cloned().unwrap_or_else(|| vec![field["type"].clone()]);
    let word = types.iter().filter_map(Json::as_str).find(|word| *word != "null");
    match word {
        Some("array") => "list of names".to_owned(),
        Some("object") => match field["additionalProperties"].as_object().and_then(reference_in) {
            Some(name) => format!("table of {}", linked(name)),
            None => "table".to_owned(),
        },
        Some("string") => "text".to_owned(),
        Some(word) => word.to_owned(),
        None => String::new(),
    }
}

/// The definition that a field refers to, also where it may be left empty.
fn reference(field: &Json) -> Option<&str> {
    field.as_object().and_then(reference_in).or_else(|| field["anyOf"].as_array()?.iter().find_map(reference))
}

fn reference_in(field: &Map) -> Option<&str> {
    field.get("$ref")?.as_str()?.rsplit('/').next()
}

/// A unit is a number; everything else has a list of its names below.
fn linked(name: &str) -> String {
    match name {
        "Lufs" => "number of LUFS".to_owned(),
        "Dbtp" => "number of dBTP".to_owned(),
        name => format!("[{0}](#{0})", name.to_lowercase()),
    }
}

/// A section with the names of a definition; empty where it has none.
fn choices(name: &str, definition: &Json) -> String {
    let described = definition["oneOf"].as_array().into_iter().flatten();
    let described = described.filter_map(|one| {
        Some((one["const"].as_str()?, one["description"].as_str().map(one_line).unwrap_or_default()))
    });
    let mut lines: Vec<String> = described.map(|(name, about)| format!("- `{name}`: {about}\n")).collect();
    let bare = definition["enum"].as_array().into_iter().flatten().filter_map(Json::as_str);
    lines.extend(bare.map(|name| format!("- `{name}`\n")));
    if lines.is_empty() {
        return String::new();
    }
    let about = definition["description"].as_str().map(one_line).unwrap_or_default();
    format!("\n## {}\n\n{about}\n\n{}", name.to_lowercase(), lines.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use acetate_mastering::{brief_schema, model::Intent};

    #[test]
    fn the_page_names_every_key_and_every_intent() {
        let (schema, page) = (brief_schema(), page(&brief_schema()));
        for key in schema["properties"].as_object().expect("keys").keys() {
            assert!(page.contains(&format!("| `{key}` |")), "{key}");
        }
        for intent in Intent::ALL {
            assert!(page.contains(&format!("- `{}`: ", intent.name())), "{}", intent.name());
        }
        assert!(page.contains("| `intent` | `\"streaming\"` | [intent](#intent) |"), "{page}");
    }
}
