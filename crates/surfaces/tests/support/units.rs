//! Units to mutate: used by the example `fuzz-units` and by the bounded test of the same.

use crate::places::read;
use nixpod_fixture::fuzz::Target;

const TEXTS: [&str; 6] = [
    "[Unit]\nDescription=a\n[Container]\nImage=docker.io/a/b:1\nVolume=%h/x:/x:ro,Z\nPublishPort=127.0.0.1:80:80/tcp\nNetwork=host\n[Install]\nWantedBy=default.target\n",
    "[Container]\nImage=\"a/b:1\"\nExec=sh -c 'a b' \\\n# no part\n  --c \"d \\x41\\u00e9\\n\" \\\n\nPodmanArgs=--privileged -v /:/host \"--cap-add=all\"\n",
    "[Container]\r\nRootfs=/srv:O\r\nUser=1\r\nGroup=2\r\nEnvironment=A=b \"C=d e\" F\r\nAddCapability=a 'b' \"\" c\r\nReadOnly=y\r\nAddDevice=-/dev/fuse:/x:rwm\r\n",
    "[Container]\nImage=a\nImage=\nVolume=/a:/b\nVolume=\nMount=type=bind,source=./a,dst=/b\nRemapUsers=auto\nRemapUid=0:1:1\nUIDMap=0:1:1\nPull=no\n[Service]\nUser=a\nType=simple\n",
    "\u{feff}key=1\n[Container\n=\n[]\n]\n[Container] x\nVolumes=/a:/b\nSeccompProfile=unconfined\nUnmask=ALL \"/a\nNotify=healthy\nAutoUpdate=x\n",
    "[Container]\nImage=a.build\nPod=a.pod\nNetwork=b.network:ip=1\nVolume=~/x:/y\nTmpfs=/t:%S,%i%%%\nLabel=a=\"b\nSysctl=a\\b\nHealthCmd=x\nSecret=\\q\n\u{0}\t\u{e9}\u{1f980}\n",
];

const WORDS: &str = "[Container] [Service] [Unit] [X-A] [Quadlet] Image= Volume= Exec= PodmanArgs= Environment= Mount= Network= Pod= \
    AddDevice= UserNS= ReadOnly= true yes %h %t %S %i %n %% % ~ $HOME ${HOME} : :/x :ro , = \" ' \\ \\\n \\x41 \\u00e9 # ; \n \r\n \t \0 \
    --privileged -v --cap-add= .network .volume .pod .container \u{e9} \u{1f980} \u{feff} \u{fffc} \u{a0}";

/// Reading of units.
pub(crate) fn target() -> Target {
    let words = WORDS.split(' ').filter(|word| !word.is_empty());
    Target {
        extension: "container",
        corpus: TEXTS.map(|text| text.as_bytes().to_vec()).to_vec(),
        words: words.map(str::to_owned).collect(),
        longest: 4096,
        run: |bytes| read("a@b-c.container", bytes),
    }
}
