//! From text to findings: parsing and lowering, and whole checks of one small file, one large one and a tree.

mod generate;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use generate::{ROOT, flake, module};
use nixpod_analysis::{AnalysisHost, FileSystem, MemoryFileSystem, Utf8PathBuf};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

/// The program's own allocator, which matters here.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many findings a cold check of a project has; what is cached in one run is not seen by the next.
fn check(fs: &Arc<dyn FileSystem>, target: &Utf8PathBuf) -> usize {
    let mut host = AnalysisHost::new(nixpod_rules::ALL, Arc::clone(fs));
    host.set_project(Utf8PathBuf::from(ROOT));
    let report = host.analysis().check(std::slice::from_ref(target));
    report.findings.len()
}

fn parse_and_lower(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse and lower");
    for lines in [30, 2_000] {
        let text = module(lines, "label");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{lines} lines"), |bench| {
            bench.iter(|| nixpod_syntax::parse(black_box(&text)).errors.len());
        });
    }
    group.finish();
}

fn evaluate_and_check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("evaluate and check");
    group.sample_size(20).measurement_time(Duration::from_secs(8));
    for lines in [30, 2_000] {
        let files = MemoryFileSystem::default();
        let path = Utf8PathBuf::from(format!("{ROOT}/configuration.nix"));
        files.write(&path, module(lines, "label"));
        let files: Arc<dyn FileSystem> = Arc::new(files);
        assert!(check(&files, &path) > 0, "there is something to find");
        group.bench_function(format!("{lines} lines"), |bench| {
            bench.iter(|| check(black_box(&files), &path));
        });
    }
    for modules in [10, 100, 1_000] {
        let (files, _) = flake(modules);
        let files: Arc<dyn FileSystem> = files;
        let root = Utf8PathBuf::from(ROOT);
        group.bench_function(format!("flake of {modules} modules"), |bench| {
            bench.iter(|| check(black_box(&files), &root));
        });
    }
    group.finish();
}

criterion_group!(benches, parse_and_lower, evaluate_and_check);
criterion_main!(benches);
