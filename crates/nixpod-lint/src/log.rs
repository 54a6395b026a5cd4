//! What the library tells about its work: `NIXPOD_LOG` for the events, `--timings` for what the phases cost. Both go to
//! standard error; nobody else installs a subscriber.

use crate::streams::to_stderr;
use nixpod_analysis::visible;
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// The environment variable that says what to tell: `debug`, or `nixpod_analysis=trace`, with commas between several.
const VARIABLE: &str = "NIXPOD_LOG";

/// Begins to listen, if anybody wants to hear; what comes back prints the timings when it is dropped.
pub(crate) fn start(timings: bool) -> anyhow::Result<Option<Printer>> {
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.is_empty());
    if wanted.is_none() && !timings {
        return Ok(None);
    }
    let events = match wanted {
        Some(wanted) => {
            let targets: Targets = wanted
                .parse()
                .map_err(|error| anyhow::anyhow!("{VARIABLE} is not understood: {error}"))?;
            let layer = tracing_subscriber::fmt::layer()
                .with_writer(|| Lines)
                .with_ansi(false)
                .without_time()
                .with_filter(targets);
            Some(layer)
        }
        None => None,
    };
    let spent = timings.then(Spent::default);
    let phases = spent
        .clone()
        .map(|spent| Phases(spent).with_filter(Targets::new().with_default(Level::DEBUG)));
    let subscriber = Registry::default().with(events).with(phases);
    // Nobody was before us: this is called once, by `main`.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(spent.map(|spent| Printer {
        spent,
        start: Instant::now(),
    }))
}

/// Standard error, for whole messages: names of files are in them.
struct Lines;

impl io::Write for Lines {
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(message);
        to_stderr(visible::lines(&text).trim_end_matches('\n'));
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How often each phase was gone through, and the time of all threads together.
type Spent = Arc<Mutex<BTreeMap<String, (u32, Duration)>>>;

/// Measures the spans that have ended.
struct Phases(Spent);

/// A span that is not over.
struct Running {
    phase: String,
    start: Instant,
}

/// The fields of a span, behind its name: which root it is about.
struct Named<'a>(&'a mut String);

impl Visit for Named<'_> {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {value:?}");
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Phases {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut phase = attributes.metadata().name().to_owned();
        attributes.record(&mut Named(&mut phase));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Running {
                phase,
                start: Instant::now(),
            });
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else {
            return;
        };
        if let Some(Running { phase, start }) = span.extensions_mut().remove() {
            let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = spent.entry(phase).or_default();
            *entry = (entry.0 + 1, entry.1 + start.elapsed());
        }
    }
}

/// Prints what the phases cost when the command is done.
#[derive(Debug)]
pub(crate) struct Printer {
    spent: Spent,
    start: Instant,
}

impl Drop for Printer {
    fn drop(&mut self) {
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let row = |time: Duration, count: u32, phase: &str| {
            let millis = time.as_secs_f64() * 1e3;
            format!("{millis:>10.2} ms {count:>7} {}", visible::line(phase))
        };
        let mut rows: Vec<(&String, &(u32, Duration))> = spent.iter().collect();
        rows.sort_by_key(|(_, (_, time))| std::cmp::Reverse(*time));
        for (phase, (count, time)) in rows {
            to_stderr(&row(*time, *count, phase));
        }
        to_stderr(&row(self.start.elapsed(), 1, "in all"));
    }
}
