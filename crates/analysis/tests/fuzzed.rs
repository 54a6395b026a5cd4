//! The bounded twin of the example `fuzz-lock`.

#[path = "support/lock.rs"]
mod lock;

#[test]
fn whatever_a_lock_says() {
    lock::target().short(1, 200);
}
