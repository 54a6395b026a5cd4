//! The bounded twin of the example `fuzz-scripts`.

#[path = "support/scripts.rs"]
mod scripts;

#[test]
fn whatever_a_script_says() {
    scripts::target().short(1, 2000);
}
