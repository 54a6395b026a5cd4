//! One form, run on a host of its own: `testdata/lab/host.sh`.

use super::judge;
use anyhow::{Context, Result};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A form ends within this time, also where the machine is busy; most take a second.
const LIMIT: Duration = Duration::from_secs(150);

/// What hosts are made of.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// `testdata/lab`.
    pub lab: PathBuf,
    /// The unpacked packages of a generation.
    pub root: PathBuf,
    /// The file system of the containers.
    pub guest: PathBuf,
}

/// What came of a form.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it printed, without noise.
    pub output: String,
    /// How long it took.
    pub time: Duration,
    /// Had it to be ended?
    pub timed_out: bool,
}

impl Place {
    /// Runs a script; `work` is a folder that is not there yet, and is not there afterwards.
    pub(super) fn run(&self, script: &str, work: &Path) -> Result<Ran> {
        let begin = Instant::now();
        let mut child = Command::new("sh")
            .arg(self.lab.join("host.sh"))
            .args([&self.root, &self.guest])
            .args([self.lab.join("lib").as_path(), work])
            .arg(script)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // An interrupt of the terminal reaches the harness only. When it ends, however it does, the pipe is closed,
            // and the host tidies up after itself.
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        let alive = child.stdin.take();
        let mut stdout = child.stdout.take().context("no output")?;
        let (send, output) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            // An output that breaks off is an output.
            let _ = stdout.read_to_end(&mut text);
            let _ = send.send(text);
        });
        let (text, timed_out) = match output.recv_timeout(LIMIT) {
            Ok(text) => (text, false),
            Err(_) => {
                drop(alive);
                (output.recv().unwrap_or_default(), true)
            }
        };
        child.wait()?;
        let _ = reader.join();
        Ok(Ran {
            output: judge::tidy(&String::from_utf8_lossy(&text))?,
            time: begin.elapsed(),
            timed_out,
        })
    }
}
