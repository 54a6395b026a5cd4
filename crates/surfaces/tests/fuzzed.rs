//! The bounded twins of the examples `fuzz-scripts` and `fuzz-units`.

#[path = "support/places.rs"]
mod places;
#[path = "support/scripts.rs"]
mod scripts;
#[path = "support/units.rs"]
mod units;

#[test]
fn whatever_a_script_says() {
    scripts::target().short(1, 2000);
}

#[test]
fn whatever_a_unit_says() {
    units::target().short(1, 2000);
}
