use super::{FoundRoot, RootSearch, Scope};
use crate::MemoryFileSystem;
use camino::Utf8Path;

/// The root that is found for a path, in words.
fn root(fs: &MemoryFileSystem, path: &str) -> String {
    let search = RootSearch::new(fs, Some("/home/me".into()), Some("/home/me/here".into()));
    let FoundRoot {
        root,
        path: asked,
        nested,
        around,
    } = search.find(fs, Utf8Path::new(path));
    let mut out = match root.scope {
        Scope::Directory => root.directory.into_string(),
        Scope::Files => format!("{} (files)", root.directory),
        Scope::Alone(file) => format!("{file} (alone)"),
    };
    if asked != path {
        out.push_str(&format!(" for {asked}"));
    }
    if let Some(nested) = nested {
        out.push_str(&format!(", not {nested}"));
    }
    if let Some(around) = around {
        out.push_str(&format!(", in {around}"));
    }
    out
}

/// A work tree of git's.
fn repository(fs: &MemoryFileSystem, at: &str) {
    fs.write(format!("{at}/.git/HEAD"), "ref: refs/heads/main\n");
    fs.write(format!("{at}/.git/objects/info/packs"), "");
}

#[test]
fn the_outermost_marker_up_to_the_top_of_the_repository_wins() {
    let fs = MemoryFileSystem::new();
    fs.write("/srv/flake.nix", "{ }");
    repository(&fs, "/srv/repo");
    fs.write("/srv/repo/nix/flake.nix", "{ }");
    fs.write("/srv/repo/nix/hosts/web.nix", "{ }");
    fs.write("/srv/repo/other/a.nix", "{ }");
    fs.write("/srv/plain/nix/flake.nix", "{ }");
    let root = |path| root(&fs, path);
    assert_eq!(
        root("/srv/repo/nix/hosts/web.nix"),
        "/srv/repo, not /srv/repo/nix, in /srv"
    );
    assert_eq!(root("/srv/repo/nix"), "/srv/repo, not /srv/repo/nix, in /srv");
    assert_eq!(root("/srv/repo/other/a.nix"), "/srv/repo, in /srv");
    assert_eq!(root("/srv/repo"), "/srv/repo, in /srv");
    assert_eq!(root("/srv/plain/nix"), "/srv, not /srv/plain/nix");
    assert_eq!(root("/srv/plain/nix/not-there.nix"), "/srv, not /srv/plain/nix");
}

#[test]
fn what_a_pull_request_can_add_makes_no_smaller_project() {
    let fs = MemoryFileSystem::new();
    repository(&fs, "/srv/repo");
    fs.write("/srv/repo/flake.nix", "{ }");
    fs.write("/srv/repo/hosts/web.nix", "{ }");
    for (file, content) in [
        (".git", ""),
        (".git", "gitdir: nowhere\n"),
        (".git/keep", ""),
        ("flake.nix", "{ }"),
        (".hg/requires", ""),
        (".jj/repo/store", ""),
    ] {
        let path = format!("/srv/repo/hosts/{file}");
        fs.write(path.as_str(), content);
        let found = root(&fs, "/srv/repo/hosts/web.nix");
        assert_eq!(found, "/srv/repo, not /srv/repo/hosts", "{file}: {content}");
        fs.remove(Utf8Path::new(&path));
    }
}

#[test]
fn submodules_belong_to_the_repository_around_them_and_work_trees_to_themselves() {
    let fs = MemoryFileSystem::new();
    repository(&fs, "/srv/repo");
    fs.write("/srv/repo/.git/modules/sub/HEAD", "");
    fs.write("/srv/repo/.git/modules/sub/objects/a", "");
    fs.write("/srv/repo/sub/.git", "gitdir: ../.git/modules/sub\n");
    fs.write("/srv/repo/sub/a.nix", "{ }");
    assert_eq!(root(&fs, "/srv/repo/sub/a.nix"), "/srv/repo, not /srv/repo/sub");
    fs.write("/srv/repo/.git/worktrees/two/HEAD", "");
    fs.write("/srv/repo/.git/worktrees/two/commondir", "../..\n");
    fs.write(
        "/srv/repo/trees/two/.git",
        "gitdir: /srv/repo/.git/worktrees/two\n",
    );
    fs.write("/srv/repo/trees/two/a.nix", "{ }");
    assert_eq!(
        root(&fs, "/srv/repo/trees/two/a.nix"),
        "/srv/repo/trees/two, in /srv/repo"
    );
    // A clone within a clone is somebody else's.
    repository(&fs, "/srv/repo/vendor/other");
    assert_eq!(
        root(&fs, "/srv/repo/vendor/other/a.nix"),
        "/srv/repo/vendor/other, in /srv/repo"
    );
}

#[test]
fn neither_homes_nor_the_disk_nor_what_belongs_to_others_is_climbed_to() {
    let fs = MemoryFileSystem::new();
    repository(&fs, "/home/me");
    fs.write("/home/me/nixos/configuration.nix", "{ }");
    fs.write("/home/me/work/flake.nix", "{ }");
    fs.write("/home/me/work/sub/a.nix", "{ }");
    fs.write("/home/me/a.nix", "{ }");
    fs.write("/flake.nix", "{ }");
    fs.write("/a.nix", "{ }");
    fs.write("/srv/x/a.nix", "{ }");
    assert_eq!(
        root(&fs, "/home/me/nixos/configuration.nix"),
        "/home/me/nixos (files)"
    );
    assert_eq!(root(&fs, "/home/me/nixos"), "/home/me/nixos");
    assert_eq!(root(&fs, "/home/me/work/sub/a.nix"), "/home/me/work");
    assert_eq!(root(&fs, "/home/me/a.nix"), "/home/me/a.nix (alone)");
    assert_eq!(root(&fs, "/a.nix"), "/a.nix (alone)");
    assert_eq!(root(&fs, "/srv/x/a.nix"), "/srv/x (files)");
    // Who names the directory itself means it.
    assert_eq!(root(&fs, "/home/me"), "/home/me");
    fs.write("/tmp/flake.nix", "{ }");
    fs.write("/tmp/mine/sub/a.nix", "{ }");
    fs.write("/tmp/mine/flake.nix", "{ }");
    fs.set_owner("/tmp", 0);
    assert_eq!(root(&fs, "/tmp/mine/sub/a.nix"), "/tmp/mine");
    // The administrator's own directories in a directory for everybody, with somebody's marker.
    for path in ["/tmp/mine", "/tmp/mine/sub", "/tmp/mine/flake.nix"] {
        fs.set_owner(path, 0);
    }
    assert_eq!(root(&fs, "/tmp/mine/sub/a.nix"), "/tmp/mine");
}

#[test]
fn a_lone_file_makes_no_project_of_its_directory() {
    let fs = MemoryFileSystem::new();
    fs.write("/tmp/scratch.nix", "{ }");
    fs.write("/tmp/other/a.nix", "{ }");
    assert_eq!(root(&fs, "/tmp/scratch.nix"), "/tmp (files)");
    assert_eq!(root(&fs, "/tmp"), "/tmp");
}

#[test]
fn a_link_belongs_to_the_project_that_it_lies_in() {
    let fs = MemoryFileSystem::new();
    repository(&fs, "/srv/repo");
    repository(&fs, "/srv/elsewhere");
    fs.write("/srv/elsewhere/web.nix", "{ }");
    fs.link("/srv/repo/hosts", "../elsewhere");
    assert_eq!(root(&fs, "/srv/repo/hosts"), "/srv/repo");
    assert_eq!(root(&fs, "/srv/repo/hosts/web.nix"), "/srv/repo");
    // Without a marker, what lies below the current directory belongs to what is looked at.
    fs.link("/home/me/here/hosts", "/srv/elsewhere");
    assert_eq!(root(&fs, "/home/me/here/hosts"), "/home/me/here (files)");
    assert_eq!(root(&fs, "/home/me/here/hosts/web.nix"), "/home/me/here (files)");
}

#[test]
fn links_of_the_machine_are_followed() {
    let fs = MemoryFileSystem::new();
    repository(&fs, "/data/code/repo");
    fs.write("/data/code/repo/a.nix", "{ }");
    fs.write("/data/code/repo/hosts/web.nix", "{ }");
    fs.link("/home/me/code", "/data/code");
    assert_eq!(
        root(&fs, "/home/me/code/repo/hosts/web.nix"),
        "/home/me/code/repo"
    );
    fs.link("/etc/nixos", "/data/code/repo/hosts");
    assert_eq!(root(&fs, "/etc/nixos"), "/etc/nixos");
    fs.link("/etc/other/configuration.nix", "/data/code/repo/a.nix");
    assert_eq!(
        root(&fs, "/etc/other/configuration.nix"),
        "/data/code/repo for /data/code/repo/a.nix"
    );
}
