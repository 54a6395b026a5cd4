//! Scripts to mutate, and what must hold of whatever is read of them: used by the example `fuzz-scripts` and by the bounded
//! test of the same.

use nixpod_fixture::fuzz::{Outcome, Target};
use nixpod_model::{FactInfo, FactValue, Field, Visitor};
use nixpod_source::{FileId, Origin};
use nixpod_surfaces::{TextFile, read_texts};

const TEXTS: [&str; 9] = [
    "#!/bin/sh\npodman run -d --name a --privileged -v /:/host:ro \\\n  -e \"A=b c\" --cap-add=sys_admin img:1 cmd \"$@\"\n",
    "args=(-v \"/srv:/srv\" --rm)\nif [ -e /x ]; then args+=(--device /dev/fuse); fi\nfor d in a 'b c'; do args+=(-v \"/$d:/$d\"); done\ndocker run \"${args[@]}\" \"${IMAGE:-x}\"\n",
    "sudo -u ann -- podman run --pod p img & podman pod create --name p -p 80:80; podman volume create -o device=/ -o o=bind v\n",
    "systemd-nspawn -D /srv/x -U --bind=/a:/b:idmap --capability all -n -p tcp:80:80 $EXTRA -b\n",
    "cat > x <<-EOF\n\tpodman run no\n\tEOF\nID=$(docker create `echo x` $((1 + 2)) y)\n",
    "f() { podman run \"$1\" ${x%%:*} ${#a[@]} $'a\\x41\\n' ~/x; }\ncase \"$1\" in (a|b) f c ;; *) f d;; esac\n",
    "while read -r a b; do [[ $a == *x* && ( $b < 1 ) ]] && docker run -v \"$a:$b\" z; done < list | tee log\n",
    "bash -c 'podman run $0 \"$1\"' a \"b c\"; su - ann -c \"docker run d\"; env -i A=1 timeout 5 podman run e\n",
    "podman --root /x run --network=host --userns keep-id --mount type=bind,src=/,dst=/h,ro --uidmap 0:1:2 f -- g\r\n\u{e9}\u{1f980}\n",
];

const WORDS: &str = "podman docker run create systemd-nspawn unshare sudo exec env -v -- -e -it --privileged --name= / :/x \
    ' \" ` $ $( ) ${ } $(( )) \\ \\\n ; ;; & && | || < > << <<- <<< ( { [[ ]] # ! if then elif else fi for in do done while case esac \
    function a=( += [@] $@ $1 ~ %t \n \r\n \t \0 \u{e9} \u{1f980} \u{feff} \u{fffc}";

/// Reading of scripts.
pub(crate) fn target() -> Target {
    let words = WORDS.split(' ').filter(|word| !word.is_empty());
    Target {
        extension: "sh",
        corpus: TEXTS.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: words.map(str::to_owned).collect(),
        longest: 4096,
        run,
    }
}

/// Facts whose places are looked at.
struct Places<'t> {
    text: &'t str,
    facts: u64,
    wrong: Option<String>,
}

impl Places<'_> {
    fn look(&mut self, origin: &Origin) {
        for hop in &origin.hops {
            let Some((from, to)) = hop.place.within else {
                continue;
            };
            if self.text.get(from as usize..to as usize).is_none() {
                self.wrong = Some(format!("{from}..{to} is no stretch of the text"));
            }
        }
    }
}

impl Visitor for Places<'_> {
    fn fact<T: FactValue>(&mut self, _: FactInfo, field: &Field<T>) {
        self.facts += 1;
        self.look(&field.origin);
        if let Some(value) = field.value() {
            for text in value.texts() {
                text.origins(&mut |origin| self.look(origin));
            }
        }
    }
}

fn run(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let file = TextFile {
        path: "a.sh".to_owned(),
        place: "a.sh".to_owned(),
        file: FileId::project(0),
        text: text.clone(),
    };
    let world = read_texts("a", &[file]);
    let mut places = Places {
        text: &text,
        facts: 0,
        wrong: None,
    };
    let mut kind = String::new();
    for container in world.containers.values() {
        container.visit(&mut places);
        places.look(&container.origin);
        kind.push_str(&format!(
            "{} {:?} {:?};",
            container.mounts.len(),
            container.existence,
            container.engine.value()
        ));
    }
    for gap in &world.not_analysed {
        places.look(&gap.place.map(Origin::at).unwrap_or_default());
        kind.push_str(&format!("{:?}", std::mem::discriminant(&gap.why)));
    }
    Outcome {
        kind: kind.chars().take(120).collect(),
        fault: places.wrong,
        used: vec![
            ("containers", world.containers.len() as u64),
            ("facts", places.facts),
        ],
    }
}
