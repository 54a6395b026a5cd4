//! Texts that end too early, at each of their characters: whatever is read of them stands in them.

#[path = "support/places.rs"]
mod places;

/// Reads every beginning of a text, with line ends of both kinds.
#[track_caller]
fn cut(path: &str, text: &str) {
    for text in [
        text.to_owned(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
    ] {
        for (at, _) in text.char_indices().skip(1) {
            let beginning = &text[..at];
            let outcome = places::read(path, beginning.as_bytes());
            assert_eq!(outcome.fault, None, "{beginning:?}");
        }
    }
}

#[test]
fn json_with_comments() {
    cut(
        "a/.devcontainer/devcontainer.json",
        r#"{
  // Überall.
  "name": "a\u00e9b", /* both */ "image": "docker.io/a/b:1",
  "runArgs": ["--privileged", "-v", "/:/host\t"],
  "initializeCommand": { "one": ["podman", "run", "-v", "/é:/x", "c"], "two": "docker run \"d\" # e" },
  "mounts": [{ "source": "${localEnv:HOME}/.ssh", "target": "/s", "type": "bind", },],
}
"#,
    );
}

#[test]
fn units() {
    cut(
        "etc/containers/systemd/a.container",
        "[Container]\nImage=docker.io/a/b:1\nVolume=%h/é:/x \\\n  # no value\nPodmanArgs=--privileged \"--pid=host\\x20\" 'a'\n\tExec=\"b c\nEnvironment=A=b \"C=d e\"\n[Service]\nExecStartPre=-podman run --network host \"é\" \\\n  c\nUser=0\n",
    );
}

#[test]
fn scripts() {
    cut(
        "a.sh",
        "#!/bin/sh\nset -e\nargs=(--rm \"-v /é:/x\")\nfor m in /a /b; do args+=(-v \"${m}:/m${m}\"); done\nif [ -n \"$X\" ]; then podman run \"${args[@]}\" 'img'; fi\nunshare -m -R /r sh -c \"mount --rbind /dev '/r/dev'\"\ncat <<EOF | sh\ndocker run --privileged $(echo é)\nEOF\n",
    );
}
