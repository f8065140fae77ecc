//! The report for machines is what its published schema says: fields, types and words.

use std::fs;

use kerbscope::case::Case;
use kerbscope::report::json::json;
use kerbscope_samples::scenarios;
use serde_json::Value;

use crate::sample;

/// Holds a value against a schema: as much of JSON Schema as the published one uses.
fn check(root: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").expect("points at a definition");
        return check(root, &root["$defs"][name], value, at);
    }
    assert!(schema["const"].is_null() || schema["const"] == *value, "{at}: {value}");
    assert!(schema["enum"].as_array().is_none_or(|words| words.contains(value)), "{at}: {value}");
    check_type(&schema["type"], value, at);
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object()) {
        let required = schema["required"].as_array().expect("objects say what they require");
        assert_eq!(required.len(), properties.len(), "{at}: every field of version 1 is required");
        assert!(required.iter().all(|name| fields.contains_key(name.as_str().expect("a name"))), "{at}: {fields:?}");
        for (name, field) in fields {
            let schema = properties.get(name).unwrap_or_else(|| panic!("{at}: {name} is not in the schema"));
            check(root, schema, field, &format!("{at}.{name}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(root, &schema["items"], item, &format!("{at}[{index}]"));
    }
}

fn check_type(allowed: &Value, value: &Value, at: &str) {
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match allowed {
        Value::String(name) => name == own,
        Value::Array(names) => names.iter().any(|name| name == own),
        _ => true,
    };
    assert!(fits, "{at}: {value} is no {allowed}");
}

#[test]
fn every_report_keeps_to_the_published_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/report-schema.json");
    let schema: Value = serde_json::from_slice(&fs::read(path).expect("the schema is there")).expect("is JSON");
    for scenario in scenarios::all() {
        let case = Case::open(sample::open(&scenario));
        let report: Value = serde_json::from_str(&json(&case).expect("serializes")).expect("is JSON");
        check(&schema, &schema, &report, scenario.name);
    }
}
