//! Scripts to mutate, and what must hold of whatever is read of them: used by the example `fuzz-scripts` and by the bounded
//! test of the same.

use crate::places::read;
use nixpod_fixture::fuzz::Target;

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
        run: |bytes| read("a.sh", bytes),
    }
}
