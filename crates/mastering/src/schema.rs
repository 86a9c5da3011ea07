use acetate_model::{Amount, Brief, Json, Kind, Map, Param, Session, has_amounts};
use acetate_processors::PROCESSORS;
use serde_json::json;

/// The JSON schema of a session, with the settings of every processor.
pub fn session_schema() -> Json {
    let mut schema = schemars::schema_for!(Session).to_value();
    schema["title"] = json!("Acetate session");
    schema["$defs"]["Process"] = process();
    schema
}

/// The JSON schema of a brief.
pub fn brief_schema() -> Json {
    let mut schema = schemars::schema_for!(Brief).to_value();
    schema["title"] = json!("Acetate brief");
    schema
}

fn process() -> Json {
    let kinds = PROCESSORS.iter().map(|entry| {
        json!({
            "type": "object",
            "title": entry.id,
            "description": entry.about,
            "required": ["kind"],
            "additionalProperties": false,
            "properties": {
                "kind": { "const": entry.id },
                "settings": table(entry.params),
                "key": { "type": "string", "description": "The stem that steers it." },
                "amount": amount(entry.params),
            },
        })
    });
    json!({ "description": "A processor with its settings.", "oneOf": kinds.collect::<Vec<_>>() })
}

/// How much of it may be done.
fn amount(params: &[Param]) -> Json {
    let [low, high] = if has_amounts(params) { Amount::RANGE } else { [1.0; 2] };
    json!({ "type": "number", "default": 1.0, "minimum": low, "maximum": high,
            "description": "How much of what the settings say is done." })
}

fn table(params: &[Param]) -> Json {
    let properties: Map = params.iter().map(|p| (p.name.to_owned(), one(p))).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn one(param: &Param) -> Json {
    let mut schema = match param.kind {
        Kind::Number { default, min, max, .. } => {
            json!({ "type": "number", "default": default, "minimum": min, "maximum": max })
        }
        Kind::Whole { default, min, max } => {
            json!({ "type": "integer", "default": default, "minimum": min, "maximum": max })
        }
        Kind::Choice { options, default } => {
            json!({ "enum": options.iter().map(|o| o.name).collect::<Vec<_>>(), "default": default })
        }
        Kind::Flag { default } => json!({ "type": "boolean", "default": default }),
        Kind::List { of, max } => json!({ "type": "array", "maxItems": max, "items": table(of) }),
    };
    schema["description"] = json!(param.about);
    schema
}
