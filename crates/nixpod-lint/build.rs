//! Linker arguments that make the program start faster, where they are known to work.
//!
//! A run on a small file takes a few milliseconds, much of which the system needs to load the program.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=crates/nixpod-lint/build.rs");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    let is_known = target("OS") == "linux" && target("ENV") == "gnu" && target("ARCH") == "x86_64";
    if !is_known || env::var("PROFILE").is_ok_and(|profile| profile != "release") {
        return;
    }
    // At a fixed address, ten thousand pointers in forty pages need no adjustment at each start. What an attacker could
    // gain from a known address takes a memory error to use, and there is no unsafe code here.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // Unwinding from the archive saves loading a library. Who has no archive links the library as ever.
    if has_unwinder() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
}

/// Does the linker know an archive of what libgcc_s.so holds?
fn has_unwinder() -> bool {
    let linker = env::var("RUSTC_LINKER").unwrap_or_else(|_| "cc".to_owned());
    let answer = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    answer.is_ok_and(|answer| {
        let path = String::from_utf8_lossy(&answer.stdout);
        Path::new(path.trim()).is_absolute()
    })
}
