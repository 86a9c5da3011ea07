//! This workspace itself: the invariants hold, and the reference is what the declarations say.

use std::process::Command;

#[track_caller]
fn assert_succeeds(args: &[&str]) {
    let out = Command::new(env!("CARGO_BIN_EXE_xtask")).args(args).output().expect("the xtask");
    assert!(out.status.success(), "cargo xtask {}\n{}", args.join(" "), String::from_utf8_lossy(&out.stdout));
}

#[test]
fn the_invariants_hold() {
    assert_succeeds(&["tidy"]);
}

#[test]
fn the_reference_is_up_to_date() {
    assert_succeeds(&["generate", "--check"]);
}

#[test]
fn an_unknown_command_is_refused_with_help() {
    let out = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("tidi").output().expect("the xtask");
    assert!(!out.status.success());
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.contains("found `tidi`") && said.contains("generate --check"), "{said}");
}

#[test]
fn the_recipe_of_a_processor_is_one_that_compiles() {
    let recipe =
        include_str!("../../CONTRIBUTING.md").split("```").find_map(|block| block.strip_prefix("rust\n"));
    assert_eq!(recipe, Some(include_str!("../../crates/processors/src/gain.rs")));
}
