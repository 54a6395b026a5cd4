#!/bin/sh
# make.sh FOLDER: writes input that a linter must survive into FOLDER; run.sh checks that ours does.
#
# One folder a case, so that each can be checked alone, and FOLDER itself as one project. What must hold for every
# case, and for all of them together, is in run.sh. About 40 MiB.
#
# Folders that need care when copied: pipe (a FIFO: open() waits for ever), links (loops), unreadable (mode 000; root
# reads it all the same), names.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
top=$(pwd)

MIB=1048576

# in NAME: a new case
in_case() { cd "$top"; mkdir -p "$1"; cd "$1"; }
# repeat BYTES TEXT: TEXT again and again, BYTES long
repeat() { yes -- "$2" 2>/dev/null | tr -d '\n' | head -c "$1"; }
# copies N TEXT
copies() { repeat $(( $1 * ${#2} )) "$2"; }
# module EXPR: a file whose container shows the value of EXPR
module() { printf '{ containers.victim.config.environment.variables.LOOT = %s; }\n' "$1"; }

# ---- files that are hardly text ------------------------------------------------
in_case empty;        : > default.nix
in_case blank;        printf ' \n\t\n\n' > default.nix
in_case only-comment; printf '# nothing\n/* at all */' > default.nix
in_case binary;       LC_ALL=C awk 'BEGIN { srand(7); for (i = 0; i < 65536; i++) printf "%c", int(rand() * 256) }' > default.nix
in_case zeros;        head -c $MIB /dev/zero > default.nix
in_case git-crypt;    { printf '\000GITCRYPT\000'; LC_ALL=C awk 'BEGIN { srand(11); for (i = 0; i < 4096; i++) printf "%c", int(rand() * 256) }'; } > secrets.nix
                      printf '{ imports = [ ./secrets.nix ]; containers.a.config = { }; }\n' > default.nix
in_case not-utf8;     printf '{ containers.a.config.networking.hostName = "caf\351"; # \377\376\n}\n' > default.nix
in_case utf16;        printf '\377\376{\000 \000}\000\n\000' > default.nix
in_case bom-crlf;     printf '\357\273\277{ containers.a = {\r\n  privateUsers = "no";\r\n};\r\n}\r\n' > default.nix
in_case nul-inside;   printf '{ containers.a.extraFlags = [ "a\000b" ]; }\n' > default.nix
in_case wide;         printf '{ containers."\360\237\246\200\314\210".config.x = "\342\200\256\360\237\222\243"; y = \342\200\213; }\n' > default.nix

# ---- scripts -------------------------------------------------------------------
script() { printf '{ systemd.services.a.script = builtins.readFile ./a.txt; }\n' > default.nix; cp a.txt a.sh; }
KIB250=256000
in_case script-long-line;   { printf 'podman run '; repeat $MIB '-v /a:/b '; printf 'img\n'; } > a.txt; script
in_case script-many-binds;  { printf 'podman run '; repeat $KIB250 '-v /a:/b '; printf 'img\n'; } > a.txt; script
in_case script-many-runs;   repeat $KIB250 'podman run -v /:/h a;' > a.txt; script
in_case script-open-quote;  { printf "podman run '"; repeat $KIB250 'a "b$(c '; } > a.txt; script
in_case script-outputs;     { printf 'podman '; repeat $KIB250 '$('; } > a.txt; script
in_case script-parameters;  { printf 'podman '; repeat $KIB250 '${a:-'; } > a.txt; script
in_case script-backticks;   { printf 'podman '; repeat $KIB250 '`'; } > a.txt; script
in_case script-documents;   { printf 'podman '; repeat $KIB250 '<<A '; printf '\n'; } > a.txt; script
in_case script-ifs;         { printf 'podman;'; repeat $KIB250 'if a; then '; } > a.txt; script
in_case script-ands;        { repeat $KIB250 'a && '; printf 'podman run a'; } > a.txt; script
in_case script-doubling;    { printf 'X=abcdefgh\n'; copies 40 'X="$X$X"; '; repeat $KIB250 'podman run $X$X$X;'; } > a.txt; script
in_case script-arrays;      { printf 'a=(b c d e f g h)\n'; copies 40 'a+=("${a[@]}"); '; repeat $KIB250 'podman run "${a[@]}" ${a[@]};'; } > a.txt; script
in_case script-loops;       { copies 6 'for x in 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k l m n o p q r s t u v w; do '; printf 'podman run -v /$x:/x a;'; copies 6 'done;'; } > a.txt; script
in_case script-functions;   printf 'f() { f "$@" a; f b; podman run -v "/$1:/x" i; }; g() { f; f; f; f; f; }; g; g\n' > a.txt; script
in_case script-nul-crlf;    printf 'podman run \000a\r\n\377\r\npodman run --privileged b\r\n' > a.txt; script
in_case script-holes;       { printf '{ config, ... }: { systemd.services.a.script = "podman run '; repeat $KIB250 '-v ${config.a.b}:/x '; printf 'i"; }\n'; } > default.nix

# ---- 1 MiB of one thing --------------------------------------------------------
in_case many-brackets;      repeat $MIB '[' > default.nix
in_case many-bangs;         repeat $MIB '!' > default.nix
in_case many-minus;         repeat $MIB '-' > default.nix
in_case many-parens;        repeat $MIB '(' > default.nix
in_case many-braces;        repeat $MIB '{' > default.nix
in_case many-quotes;        repeat $MIB '"' > default.nix
in_case many-ticks;         repeat $MIB "'" > default.nix
in_case many-dollars;       repeat $MIB '${' > default.nix
in_case many-dots;          { printf 'a'; repeat $MIB '.a'; } > default.nix
in_case many-slashes;       { printf '.'; repeat $MIB '/x'; } > default.nix
in_case many-colons;        repeat $MIB 'a:' > default.nix
in_case many-with;          repeat $MIB 'with a;' > default.nix
in_case many-let;           repeat $MIB 'let a=1;in ' > default.nix
in_case many-if;            repeat $MIB 'if 1 then ' > default.nix
in_case many-assert;        repeat $MIB 'assert true;' > default.nix
in_case chain-plus;         { printf '1'; repeat $MIB '+1'; } > default.nix
in_case chain-concat;       { printf '[]'; repeat $MIB '++[]'; } > default.nix
in_case chain-update;       { printf '{}'; repeat $MIB '//{}'; } > default.nix
in_case chain-implies;      { printf 'a'; repeat $MIB '->a'; } > default.nix
in_case chain-apply;        { printf 'f'; repeat $MIB ' x'; } > default.nix
in_case chain-minus-closed; { repeat 1000000 '-'; printf '1'; } > default.nix
in_case one-long-string;    { printf '"'; repeat $MIB 'x'; printf '"'; } > default.nix
in_case one-long-name;      { printf '{ '; repeat $MIB 'x'; printf ' = 1; }'; } > default.nix
in_case one-long-number;    repeat $MIB '9' > default.nix
in_case open-comment;       { printf '{ } /*'; repeat $MIB '/*'; } > default.nix
in_case open-string;        { printf "{ a = ''"; repeat $MIB "x''\$ "; } > default.nix
in_case many-lines;         yes '' | head -n $MIB > default.nix
in_case many-suppressions;  { yes '# nixpod: ignore[no-such-rule] x' | head -n 20000; echo '{ }'; } > default.nix

# ---- texts that are no Nix -------------------------------------------------------
in_case unit-odd;       printf 'Image=x\n[Container\n=y\n[]\nA\n[Container]\nPodmanArgs="--privileged\nExec=\\x\\' > a.container
                        printf '[Contai' > b.pod; : > c.volume; printf '\\\n\\\n\\\n' > d.network
in_case unit-bytes;     printf '[Container]\nImage=a\000b\n' > nul.container; printf '[Container]\nImage=caf\351\n' > latin.container
                        printf '\357\273\277[Container]\r\nImage=x\r\nPodmanArgs=--privileged\r\n' > bom.container
                        LC_ALL=C awk 'BEGIN { srand(5); for (i = 0; i < 65536; i++) printf "%c", int(rand() * 256) }' > random.container
in_case unit-lines;     { printf '[Container]\nImage=x\nExec=a'; repeat $MIB ' \
b'; printf '\n'; } > a.container
in_case unit-names;     awk 'BEGIN { for (i = 0; i < 300; i++) { f = "u" i ".pod"; printf "[Pod]\nNetwork=u%d.network\nVolume=u%d.volume:/x\n", i, i > f; close(f) } }'
                        { printf '[Container]\nImage=a.build\nPod=u0.pod\n'; yes 'Network=a.container' | head -n 20000; } > a.container
in_case unit-comments;  { yes '# nixpod: ignore[no-such-rule] x' | head -n 20000; printf '[Container]\nImage=x\n'; } > a.container
in_case unit-in-nix;    { printf "{ environment.etc.\"containers/systemd/a.container\".text = ''\n[Container]\nImage=x\n"; yes '# nixpod: ignore[x] y
PodmanArgs=--privileged ${z}' | head -n 40000; printf "''; }\n"; } > default.nix
in_case large-unit-loop; awk 'BEGIN { for (i = 0; i < 10000; i++) { f = "u" i ".container"; printf "[Container]\nImage=x\nPodmanArgs=--privileged\nNetwork=u%d.container\n", (i + 1) % 10000 > f; close(f) } }'
                        echo 'privileged-container' > .must-say
in_case script-long;    { printf 'podman run --privileged'; repeat $MIB ' -e a=b'; printf ' x\n'; } > a.sh
in_case script-lines;   yes 'podman run --privileged x' | head -n 9000 > a.sh
in_case script-quotes;  repeat $MIB '"' > a.sh
in_case script-ticks;   repeat $MIB '`' > a.sh
in_case script-open;    repeat 65536 '${a:-' > a.sh
in_case script-nested;  { repeat 200000 '$('; repeat 100000 ')'; } > a.sh
in_case script-braces;  repeat $MIB '{ ' > a.sh
in_case script-here;    { i=0; while [ $i -lt 5000 ]; do echo "cat <<E$i"; i=$((i + 1)); done; } > a.sh
                        { printf 'bash <<END\n'; yes 'bash <<END' | head -n 5000; } > b.sh
in_case script-shift;   yes 'x=$((1 << 2)) # nixpod: ignore[a]' | head -n 20000 > a.sh
in_case script-turns;   { for i in 1 2 3 4 5 6; do printf 'for a%d in 1 2 3 4 5 6 7 8 9 10; do ' $i; done; printf 'podman run x; '; for i in 1 2 3 4 5 6; do printf 'done; '; done; } > a.sh
in_case script-grow;    { echo 'a=xxxxxxxx'; yes 'a="$a$a"' | head -n 60; echo 'podman run "$a" $a'; } > a.sh
in_case script-calls;   { i=0; while [ $i -lt 40 ]; do echo "f$i() { f$((i + 1)); f$((i + 1)); }"; i=$((i + 1)); done; echo 'f40() { podman run x; }'; echo f0; } > a.sh
in_case script-self;    printf 'f() { f; podman run x; }\nf\n' > a.sh
in_case script-orders;  printf 'podman run --privileged --name "::error::x" "$(touch /tmp/nixpod-lint-was-here)"\n' > a.sh
in_case json-cut;       mkdir .devcontainer; printf '{ "image": "x", /* "runArgs": [ "--pri' > .devcontainer/devcontainer.json
in_case json-nested;    { repeat 500000 '['; } > .devcontainer.json
in_case json-objects;   { repeat 500000 '{"a":'; } > .devcontainer.json
in_case json-long;      { printf '{ "image": "x", "runArgs": [ "--privileged"'; repeat $MIB ', "-e"'; printf ' ] }'; } > .devcontainer.json
in_case json-comments;  { repeat $MIB '/**/'; printf '{ "privileged": true }'; } > .devcontainer.json
in_case json-variables; { printf '{ "image": "'; repeat $MIB '${localEnv:'; printf '" }'; } > .devcontainer.json

# ---- nesting that is closed, and so would parse ---------------------------------
n=100000
in_case deep-list;    { copies $n '['; copies $n ']'; } > default.nix
in_case deep-parens;  { copies $n '('; printf '1'; copies $n ')'; } > default.nix
in_case deep-set;     { copies $n '{a='; printf '1'; copies $n ';}'; } > default.nix
in_case deep-string;  { copies $n '"${'; printf '1'; copies $n '}"'; } > default.nix
in_case deep-lambda;  { copies $n 'a:'; printf '1'; } > default.nix
in_case deep-bang;    { copies $n '!'; printf 'true'; } > default.nix
in_case deep-path;    { printf '{ a'; copies $n '.a'; printf ' = 1; }'; } > default.nix
# Not deep enough for a parser to refuse, deep enough to hurt an evaluator.
n=900
in_case fair-list;    { copies $n '['; copies $n ']'; } > default.nix
in_case fair-set;     { printf '{ containers.a.config = '; copies $n '{a='; printf '1'; copies $n ';}'; printf '; }'; } > default.nix

# ---- evaluation that does not end ----------------------------------------------
in_case self;           echo 'let x = x; in x' > default.nix
in_case self-set;       echo 'let x = { inherit x; }; in builtins.deepSeq x x' > default.nix
in_case self-rec;       echo 'rec { containers.a = containers.a; }' > default.nix
in_case self-config;    echo '{ config, ... }: { containers.a.privateUsers = config.containers.a.privateUsers; }' > default.nix
in_case self-condition; echo '{ config, lib, ... }: lib.mkIf (config.containers ? a) { containers.a = { }; }' > default.nix
in_case self-imports;   echo '{ config, ... }: { imports = if config.x then [ ./b.nix ] else [ ]; x = true; }' > default.nix
                        echo '{ containers.b.config = { }; }' > b.nix
in_case endless-tail;   module '(let f = x: f (x + 1); in f 0)' > default.nix
in_case endless-call;   module '(let f = x: 1 + f x; in f 0)' > default.nix
in_case endless-list;   module '(let f = x: [ x ] ++ f (x + 1); in builtins.elemAt (f 0) 5)' > default.nix
in_case endless-names;  echo '{ lib, ... }: { containers = let f = n: { "c${toString n}".config = { }; } // f (n + 1); in f 0; }' > default.nix
in_case endless-functor; module '(let s = { __functor = s: x: s x; }; in s 1)' > default.nix
in_case endless-string; module '(let s = { __toString = s: "${s}"; }; in "${s}")' > default.nix
in_case endless-system; echo '{ containers.a.config = import ./default.nix; }' > default.nix
in_case y-combinator;   module '((x: x x) (x: x x))' > default.nix
in_case mutual-args;    module '(({ a ? b, b ? a }: a) { })' > default.nix
in_case regex;          module "(builtins.match \"(((a*)*)*)*b\" \"$(copies 40 a)\")" > default.nix

in_case cycle-two;    echo 'import ./b.nix' > default.nix;  echo 'import ./default.nix' > b.nix
in_case cycle-self;   echo 'import ./.' > default.nix
in_case cycle-module; echo '{ imports = [ ./b.nix ]; containers.a.config = { }; }' > default.nix
                      echo '{ imports = [ ./default.nix ]; containers.b.config = { }; }' > b.nix
in_case missing;      echo '{ imports = [ ./nowhere.nix ./none ]; containers.a.config = import ./gone.nix; }' > default.nix
in_case import-odd;   printf '{ imports = [ ./. 7 null "no/such" (import ./default.nix) { imports = 3; } (x: y: z: { }) ]; }\n' > default.nix

# ---- evaluation that grows -------------------------------------------------------
# doubling FIRST OP: let v0 = FIRST; v1 = v0 OP v0; ... in v60
doubling() {
	printf '(let v0 = %s;' "$1"
	i=1
	while [ $i -le 60 ]; do printf ' v%d = v%d %s v%d;' $i $((i - 1)) "$2" $((i - 1)); i=$((i + 1)); done
	printf ' in v60)'
}
in_case double-string; module "$(doubling '"x"' +)" > default.nix
in_case double-list;   printf '{ containers.a.extraFlags = %s; }\n' "$(doubling '[ "-U" ]' ++)" > default.nix
in_case double-set;    { printf '{ containers.a.config = let v0 = { };'
                         i=1; while [ $i -le 60 ]; do printf ' v%d = { l = v%d; r = v%d; };' $i $((i - 1)) $((i - 1)); i=$((i + 1)); done
                         printf ' in v60; }\n'; } > default.nix
in_case double-interp; { printf '{ containers.a.extraFlags = [ (let v0 = "x";'
                         i=1; while [ $i -le 60 ]; do printf ' v%d = "${v%d}${v%d}";' $i $((i - 1)) $((i - 1)); i=$((i + 1)); done
                         printf ' in v60) ]; }\n'; } > default.nix
in_case double-replace; module '(builtins.foldl'"'"' (s: _: builtins.replaceStrings [ "x" ] [ "xx" ] s) "x" (builtins.genList (n: n) 60))' > default.nix
in_case double-if;     { printf '{ lib, pkgs, ... }: let p = pkgs.unknown; v0 = "x";'
                         i=1; while [ $i -le 60 ]; do printf ' v%d = if p then v%d + "a" else v%d + "b";' $i $((i - 1)) $((i - 1)); i=$((i + 1)); done
                         printf ' in { containers.a.extraFlags = [ v60 ]; }\n'; } > default.nix
in_case huge-list;     module '(builtins.length (builtins.genList (n: n) 4000000000))' > default.nix
in_case huge-concat;   module '(builtins.concatStringsSep "" (builtins.genList (n: "xxxxxxxxxxxxxxxx") 1000000000))' > default.nix
in_case huge-range;    echo '{ lib, ... }: { containers = lib.genAttrs (map toString (lib.range 1 2000000000)) (n: { config = { }; }); }' > default.nix
in_case huge-replicate; echo '{ lib, ... }: { containers.a.extraFlags = lib.replicate 2000000000 "-U"; }' > default.nix
in_case huge-pad;      echo '{ lib, ... }: { networking.hostName = lib.fixedWidthString 2000000000 "0" "1"; }' > default.nix
in_case huge-tower;    echo '{ lib, ... }: { containers.a.config = lib.foldl (a: n: { inherit a; b = a; }) { } (lib.range 1 100000); }' > default.nix
in_case ackermann;     module '(let a = m: n: if m == 0 then n + 1 else if n == 0 then a (m - 1) 1 else a (m - 1) (a m (n - 1)); in a 4 4)' > default.nix
in_case overflow;      module '(9223372036854775807 + 1)' > default.nix
in_case divide;        module '((-9223372036854775807 - 1) / (-1) + 1 / 0)' > default.nix
in_case odd-calls;     module '(builtins.substring (-1) 5 "x" + builtins.elemAt [ ] 0 + builtins.head [ ] + throw "no" + abort "no")' > default.nix
in_case json-deep;     module "(builtins.fromJSON \"$(copies 50000 '[')\")" > default.nix
in_case toml-bad;      module '(builtins.fromTOML "a = [[[[[[")' > default.nix
in_case many-guests;   { echo '{'; i=0; while [ $i -lt 3000 ]; do echo "  containers.c$i = { privateUsers = \"no\"; config = { }; };"; i=$((i + 1)); done; echo '}'; } > default.nix

# ---- work that few steps of the program cost much of -----------------------------------
# loop EXPR: a container for which EXPR is worked out again and again, each time with another n. Large arguments for it
# are at hand; `text` is a few kilobytes, the sets and lists have 2,000 elements.
loop() {
	printf '{ lib, ... }: { containers.victim = { privateUsers = "no"; config.environment.variables.LOOT = let\n'
	printf '  numbers = builtins.genList (n: n) 2000; names = map (n: "w${toString n}") numbers;\n'
	printf '  text = builtins.concatStringsSep "-" names; lists = map (name: [ name ]) names;\n'
	printf '  pairs = map (name: { inherit name; value = name; }) names; set = builtins.listToAttrs pairs;\n'
	printf '  same = builtins.listToAttrs pairs; sets = map (name: { ${name} = name; a = 1; }) names;\n'
	printf '  context = builtins.concatStringsSep "" (map (name: "${builtins.toFile name name}") names);\n'
	printf '  in toString (builtins.foldl'"'"' (before: n: builtins.seq (%s) n) 0 (builtins.genList (n: n) 100000)); }; }\n' "$1"
}
work_case() { in_case "work-$1"; loop "$2" > default.nix; }
# growing EXPR: s gets longer with every turn
growing() {
	printf '{ lib, ... }: { containers.a.bindMounts.x.hostPath = builtins.foldl'"'"' (s: n: %s) "a" (lib.range 1 100000); }\n' "$1"
}
long=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
in_case work-parse-drv-name; growing "(builtins.parseDrvName (s + \"$long\")).name" > default.nix
in_case work-try-throw;      growing "let r = builtins.tryEval (throw (s + \"$long\")); in if r.success then s else s + \"b\"" > default.nix
in_case work-submodule;      echo '{ lib, ... }: let t = lib.types.submodule { options.child = lib.mkOption { type = t; default = { }; }; }; in { containers.a.bindMounts.x.hostPath = builtins.toJSON (lib.evalModules { modules = [ { options.x = lib.mkOption { type = t; default = { }; }; } ]; }).config.x; }' > default.nix
in_case work-submodule-own;  echo '{ lib, ... }: let t = lib.types.submodule { options.child = lib.mkOption { type = t; default = { }; }; }; in { options.x = lib.mkOption { type = t; default = { }; }; config.containers.a.config = { }; }' > default.nix
work_case replace-strings   'builtins.replaceStrings names names text'
work_case split-version     'builtins.splitVersion text'
work_case compare-versions  'builtins.compareVersions text (text + toString n)'
work_case attr-values       'builtins.attrValues set'
work_case attr-names        'builtins.attrNames set'
work_case zip-attrs         'builtins.zipAttrsWith (name: values: values) sets'
work_case equal             'set == same && lists == map (x: x) lists'
work_case less              'lists < map (x: x) lists'
work_case intersect         'builtins.intersectAttrs set same'
work_case remove-attrs      'builtins.removeAttrs set names'
work_case update            'set // { ${toString n} = n; }'
work_case cat-attrs         'builtins.catAttrs "a" sets'
work_case concat-lists      'builtins.concatLists lists'
work_case concat-map        'builtins.concatMap (x: x) lists'
work_case list-to-attrs     'builtins.listToAttrs pairs'
work_case group-by          'builtins.groupBy (x: x) names'
work_case sort              'builtins.sort (a: b: a > b) names'
work_case elem              'builtins.elem n lists'
work_case map-attrs         'builtins.mapAttrs (name: value: n) set'
work_case join              'builtins.stringLength (builtins.concatStringsSep "," names)'
work_case substring         'builtins.substring 1 100000 (text + text)'
work_case split             'builtins.length (builtins.split "(w)" text)'
work_case hash              'builtins.hashString "sha512" (text + toString n)'
work_case to-json           'builtins.stringLength (builtins.toJSON set)'
work_case from-json         'builtins.fromJSON (builtins.toJSON set)'
work_case to-xml            'builtins.stringLength (builtins.toXML set)'
work_case contexts          'builtins.stringLength (context + context)'
work_case get-context       'builtins.getContext context'
work_case filter            'lib.filterAttrs (name: value: true) set'
work_case recursive-update  'lib.recursiveUpdate set same'
work_case unique            'lib.unique names'
work_case split-string      'lib.splitString "-" text'
in_case work-many-patterns; echo '{ lib, ... }: { containers.a.bindMounts.x.hostPath = let names = builtins.genList (n: "w${toString n}") 100000; in builtins.replaceStrings names names (lib.fixedWidthString 1000000 "w" "w"); }' > default.nix
in_case work-unlike;     echo '{ lib, ... }: { containers.a.bindMounts.x.hostPath = let numbers = builtins.genList (n: n) 100000; in toString (builtins.length (lib.unique numbers)); }' > default.nix
in_case work-closure;    echo '{ containers.a.bindMounts.x.hostPath = toString (builtins.length (builtins.genericClosure { startSet = [ { key = [ 0 ]; } ]; operator = item: [ { key = item.key ++ [ 0 ]; } { key = [ 1 ] ++ item.key; } ]; })); }' > default.nix
in_case work-closure-flat; echo '{ containers.a.bindMounts.x.hostPath = let zeros = builtins.genList (n: 0) 1000; in toString (builtins.length (builtins.genericClosure { startSet = [ { key = [ zeros 0 ]; } ]; operator = item: let n = builtins.elemAt item.key 1; in [ { key = [ (map (x: x) zeros) (n + 1) ]; } ]; })); }' > default.nix
in_case work-many-contexts; echo '{ containers.a.bindMounts.x.hostPath = builtins.foldl'"'"' (s: n: s + "${builtins.toFile "f${toString n}" "x"}") "" (builtins.genList (n: n) 20000); }' > default.nix
in_case work-patterns;   echo '{ containers.a.bindMounts.x.hostPath = toString (builtins.length (builtins.filter (n: builtins.match "(a|b|c)*[x-z]{1,40}${toString n}.*" "aaax${toString n}" != null) (builtins.genList (n: n) 100000))); }' > default.nix
in_case work-large-pattern; module '(builtins.match "((((a{1,30}){1,30}){1,30}){1,30}){1,30}" "aaaa" == null)' > default.nix
# Ackermann's function, in several files: the bounds are of the whole run.
dear='let a = m: n: if m == 0 then n + 1 else if n == 0 then a (m - 1) 1 else a (m - 1) (a m (n - 1)); in toString (a 4 4)'
in_case work-five-files; for i in 1 2 3 4 5; do echo "{ containers.a$i.bindMounts.x.hostPath = $dear; }" > $i.nix; done
in_case work-hundred-files; i=0; while [ $i -lt 100 ]; do { echo "{ containers.a$i.bindMounts.x.hostPath = $dear; }"; repeat 10000 '# a comment
'; } > $i.nix; i=$((i + 1)); done

# ---- a limit concerns what hit it --------------------------------------------------------
# What a case has in .must-say, line by line, has to be in the output.
# flake_of HOSTS: a flake with these hosts
flake_of() { printf '{ inputs.nixpkgs.url = "nixpkgs"; outputs = { nixpkgs, ... }: let host = module: nixpkgs.lib.nixosSystem { system = "x86_64-linux"; modules = [ module ]; }; in { nixosConfigurations = {\n%s\n}; }; }\n' "$1"; }
open='containers.open = { extraFlags = [ "--capability=all" ]; config = { }; };'
long_range='containers.a = { extraFlags = lib.optional (builtins.length (lib.range 1 5000000) > 3) "--x"; config = { }; };'
dear_one="containers.a = { bindMounts.x.hostPath = $dear; config = { }; };"
in_case keep-host;      flake_of "dear = host ({ lib, ... }: { $long_range });
good = host { $open };" > flake.nix; echo 'is given every capability' > .must-say
in_case keep-same-host; echo "{ lib, ... }: { $long_range $open }" > default.nix; echo 'is given every capability' > .must-say
in_case keep-sibling;   echo "{ $dear_one $open }" > default.nix; echo 'is given every capability' > .must-say
in_case keep-option;    echo "{ containers.open = { bindMounts.x.hostPath = $dear; extraFlags = [ \"--capability=all\" ]; config = { }; }; }" > default.nix
                        echo 'is given every capability' > .must-say
in_case keep-order-first; flake_of "a = host { $dear_one };
z = host { $open };" > flake.nix; echo 'is given every capability' > .must-say
in_case keep-order-last;  flake_of "a = host { $open };
z = host { $dear_one };" > flake.nix; echo 'is given every capability' > .must-say
in_case keep-file;      for i in 1 2 3 4 5; do echo "{ containers.a$i.bindMounts.x.hostPath = $dear; }" > $i.nix; done
                        echo "{ $open }" > open.nix; echo 'is given every capability' > .must-say

# ---- honest systems that are large -------------------------------------------------------
# One generator of dear things, and a literal neighbour that must keep its findings, before or after them.
FIB='(let fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2); in fib 40)'
VICTIM='{ %s = { image = "y"; privileged = true; }; }'
generator() { printf '{ lib, ... }: { virtualisation.oci-containers.containers = lib.mkMerge [ (lib.genAttrs (map (n: "c${toString n}") (lib.range 1 %s)) (n: %s)) '"$VICTIM"' ]; }\n' "$1" "$2" "$3" > default.nix; printf '`%s` runs privileged\n' "$3" > .must-say; }
in_case dear-conditions;  generator 20 "lib.mkIf ($FIB > 3) { image = \"x\"; }" web
in_case dear-names;       generator 20 "lib.mkIf ($FIB > 3) { image = \"x\"; }" aaa
in_case dear-many;        generator 500 "lib.mkIf ($FIB > 3) { image = \"x\"; }" web
in_case dear-values;      generator 20 "{ image = \"x\"; user = toString $FIB; extraOptions = [ (toString $FIB) ]; }" web
in_case dear-definitions; { echo '{ lib, ... }: { virtualisation.oci-containers.containers = lib.mkMerge ['; copies 20 "(if $FIB > 3 then { } else { }) "; printf "$VICTIM"' ]; }\n' web; } > default.nix; echo '`web` runs privileged' > .must-say
in_case dear-modules;     { echo '{ imports = ['; copies 20 "(if $FIB > 3 then { } else { }) ({ ... }: if $FIB > 3 then { } else { }) "; printf '{ virtualisation.oci-containers.containers = '"$VICTIM"'; } ]; }\n' web; } > default.nix; echo '`web` runs privileged' > .must-say
in_case dear-users;       { echo '{ '; i=0; while [ $i -lt 20 ]; do printf 'users.users.u%s.uid = %s;\n' $i "$FIB"; i=$((i + 1)); done; printf 'virtualisation.oci-containers.containers = '"$VICTIM"'; }\n' web; } > default.nix; echo '`web` runs privileged' > .must-say

in_case large-containers; echo '{ lib, ... }: { containers = lib.genAttrs (map (n: "c${toString n}") (lib.range 1 20000)) (n: { privateUsers = "pick"; config = { }; }); }' > default.nix
in_case large-binds;      echo '{ lib, ... }: { containers.a = { bindMounts = lib.genAttrs (map (n: "/b${toString n}") (lib.range 1 50000)) (n: { hostPath = n; }); config = { }; }; }' > default.nix
in_case large-users;      echo '{ lib, ... }: { users.users = lib.genAttrs (map (n: "u${toString n}") (lib.range 1 20000)) (n: { isNormalUser = true; }); containers.a.config = { }; }' > default.nix
in_case large-imports;    echo '{ lib, ... }: { imports = map (n: { environment.variables."v${toString n}" = "x"; }) (lib.range 1 100000); containers.a.config = { }; }' > default.nix
in_case large-flags;      { printf '['; copies 249999 '"--a",'; printf '"--a"]'; } > flags.json
                          echo '{ containers.a = { extraFlags = builtins.fromJSON (builtins.readFile ./flags.json); config = { }; }; }' > default.nix

# ---- speaking to whoever reads the output -------------------------------------------
# None of these may put a command for GitHub's runner, a hidden character or the secret into any output.
in_case orders;        printf '{ lib, ... }: {\n  containers."a\n::error::order##[error]order" = {\n/*\n::warning::order ##[group]order\n*/ privateUsers = "no";\n/*\n ::notice::order\n*/\n  config.environment.variables.LOOT = throw "x\n::error::order##[error]order";\n  };\n' > default.nix
                       printf '  imports = [ (throw "\n ::error::order\n##[error]order") ];\n}\n' >> default.nix
                       echo '{ containers.b = { }; ' > '::error::order.nix'; echo '{ containers.c = { }; ' > "$(printf 'new\n::error::order.nix')"
in_case hidden;        printf '{ containers."a\033[2J\342\200\256\342\200\213\342\200\250\363\240\201\201b" = { # \033[2J\342\200\256\n  privateUsers = "no"; config = throw "\033[2J\342\200\256"; }; }\n' > default.nix
in_case self-list;     printf 'let x = [ x ]; in x\n' > default.nix; printf 'let x = [ x x ]; in { imports = x; containers.a.config = { }; }\n' > twice.nix
in_case secret;        printf '{\n  # It was canary-of-a-secret.\n  virtualisation.oci-containers.containers.a = {\n    environment.DB_PASSWORD = "canary-of-a-secret";\n    image = "canary-of-a-secret"; privileged = throw "canary-of-a-secret";\n  };\n}\n' > default.nix
in_case many-doubles;  { echo '{'; i=0; while [ $i -lt 30000 ]; do echo "  a$i = 1; a$i = 2;"; i=$((i + 1)); done; echo '}'; } > default.nix
in_case doubles-in-line; { printf '{'; i=0; while [ $i -lt 30000 ]; do printf " a$i = 1; a$i = 2;"; i=$((i + 1)); done; echo '}'; } > default.nix

# ---- looking outside ---------------------------------------------------------------
# None of these may put a byte of the file they name into any output.
in_case escape-passwd;   module '(builtins.readFile /etc/passwd)' > default.nix
in_case escape-up;       module '(builtins.readFile ../../../../../../../../../../etc/passwd)' > default.nix
in_case escape-up-dir;   module '(builtins.toJSON (builtins.readDir ../../..))' > default.nix
in_case escape-root-dir; module '(builtins.toJSON (builtins.readDir /))' > default.nix
in_case escape-environ;  module '(builtins.readFile /proc/self/environ)' > default.nix
in_case escape-home;     module '(builtins.readFile ~/.ssh/id_ed25519)' > default.nix
in_case escape-getenv;   module '(builtins.getEnv "HOME" + builtins.getEnv "PATH")' > default.nix
in_case escape-exists;   module '(toString (builtins.pathExists /etc/shadow))' > default.nix
in_case escape-import;   echo '{ imports = [ /etc/nixos/configuration.nix ../../../../../etc/passwd ]; }' > default.nix
in_case escape-hash;     module '(builtins.hashFile "sha256" /etc/passwd)' > default.nix
in_case escape-path;     module '"${/etc/passwd}"' > default.nix
in_case escape-fetch;    module '(builtins.readFile (builtins.fetchurl "file:///etc/passwd"))' > default.nix
in_case escape-exec;     module '(builtins.exec [ "sh" "-c" "id > /tmp/nixpod-lint-was-here" ])' > default.nix
in_case escape-flake;    echo '{ inputs.up.url = "path:../../../../../../etc"; outputs = { up, ... }: { nixosConfigurations.a = import "${up}/passwd"; }; }' > flake.nix
in_case escape-link;     module '(builtins.readFile ./loot)' > default.nix; ln -sf /etc/passwd loot
in_case escape-link-nix; echo '{ imports = [ ./loot.nix ./etc ]; }' > default.nix; ln -sf /etc/passwd loot.nix; ln -sfn /etc etc
in_case endless-zero;    module '(builtins.readFile /dev/zero)' > default.nix
in_case endless-random;  module '(builtins.readFile /dev/urandom)' > default.nix
in_case endless-tty;     module '(builtins.readFile /dev/tty)' > default.nix
in_case endless-link;    module '(builtins.readFile ./zero)' > default.nix; ln -sf /dev/zero zero; ln -sf /dev/zero zero.nix

# ---- leading out, and cutting off ------------------------------------------------------
# `outside` holds a container that no other case may show. What each of these has to say is in run.sh.
in_case outside;         echo '{ containers.canary-of-the-outside.config = { }; }' > canary.nix
# repository: the top of a work tree of git's, with a token in its configuration
repository() { mkdir -p .git/objects .git/refs; echo 'ref: refs/heads/main' > .git/HEAD; printf '[http]\n\textraheader = AUTHORIZATION: basic canary-of-the-repository\n' > .git/config; }
in_case root-link;       repository; echo '{ }' > a.nix; ln -sfn ../outside hosts; ln -sfn ../.. far
in_case root-link-plain; echo '{ }' > a.nix; ln -sfn ../outside hosts; ln -sf ../outside/canary.nix b.nix
in_case root-nested;     repository; mkdir -p hosts/.git common; echo '{ outputs = _: { }; }' > hosts/flake.nix
                         echo '{ imports = [ ../common ]; containers.a.config = { }; }' > hosts/web.nix
                         echo '{ containers.cut-off.config = { }; }' > common/default.nix
in_case root-git;        repository; ln -sf .git/config alias; ln -sfn .git folder
                         module '(builtins.readFile ./.git/config + builtins.readFile ./alias + builtins.readFile ./folder/config + builtins.toJSON (builtins.readDir ./.git))' > default.nix
                         echo '{ imports = [ (builtins.readFile ./.git/config) ./alias ./folder/config ]; containers.b.config = { }; }' > b.nix
in_case root-git-junk;   repository; head -c 65536 /dev/zero > .git/index; echo '{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./b.nix ]; }; }; }' > flake.nix; echo '{ containers.b.config = { }; }' > b.nix
in_case root-git-large;  repository; { printf 'DIRC\000\000\000\004\377\377\377\377'; repeat $((8 * MIB)) 'x'; } > .git/index; cp ../root-git-junk/flake.nix ../root-git-junk/b.nix .
in_case root-git-pipe;   repository; [ -p .git/index ] || mkfifo .git/index; cp ../root-git-junk/flake.nix ../root-git-junk/b.nix .
in_case root-git-file;   echo 'gitdir: /proc/self/root' > .git; cp ../root-git-junk/b.nix .
in_case root-untracked;  repository; cp ../root-git-junk/flake.nix .; echo '{ containers.untracked.config = { }; }' > b.nix
                         { printf 'DIRC\000\000\000\002\000\000\000\001'; head -c 24 /dev/zero; printf '\000\000\201\244'; head -c 32 /dev/zero; printf '\000\011flake.nix\000'; head -c 20 /dev/zero; } > .git/index
in_case root-lone;       mkdir -p neighbours; i=0; while [ $i -lt 500 ]; do echo '{ containers.neighbour.config = { }; }' > neighbours/$i.nix; i=$((i + 1)); done; echo '{ containers.lone.config = { }; }' > lone.nix

# ---- the file system itself ----------------------------------------------------------
in_case links;      ln -sf two.nix one.nix; ln -sf one.nix two.nix; ln -sfn . here; ln -sfn .. up; ln -sf nowhere dangling.nix
                    echo '{ imports = [ ./one.nix ./dangling.nix ./here/here/here ]; }' > default.nix
in_case pipe;       [ -p fifo.nix ] || mkfifo fifo.nix
                    echo '{ imports = [ ./fifo.nix ]; containers.a.config = builtins.readFile ./fifo.nix; }' > default.nix
in_case unreadable; rm -f secret.nix; echo '{ }' > secret.nix; chmod 000 secret.nix
                    mkdir -p closed; chmod 755 closed; echo '{ }' > closed/default.nix; chmod 000 closed
                    echo '{ imports = [ ./secret.nix ./closed ]; containers.a.config = { }; }' > default.nix
in_case folder-nix; mkdir -p odd.nix; echo '{ containers.a.config = { }; }' > odd.nix/default.nix
in_case names;      echo '{ }' > '-rf.nix'; echo '{ }' > ' .nix'; echo '{ }' > "$(printf 'new\nline.nix')"; echo '{ }' > "$(printf 'esc\033[31m.nix')"
                    echo '{ }' > "$(printf 'latin\351.nix')" 2>/dev/null || true; echo '{ containers."\u001b[31m</script>`]](x)".config = { }; }' > default.nix
in_case deep-tree;  d=.; i=0; while [ $i -lt 150 ]; do d=$d/d; i=$((i + 1)); done; mkdir -p "$d"; echo '{ }' > "$d/default.nix"

# ---- everything that is not Nix ---------------------------------------------------------
in_case flake-lock-junk;  printf '\000{[' > flake.lock; echo '{ outputs = _: { }; }' > flake.nix
in_case flake-lock-cycle; echo '{ outputs = { a, ... }: { nixosConfigurations.x = a.lib.nixosSystem { modules = [ ]; }; }; }' > flake.nix
                          echo '{"version":7,"root":"root","nodes":{"root":{"inputs":{"a":["b"],"b":["a"],"c":["c"]}},"x":{"inputs":{"x":"x"}}}}' > flake.lock
in_case flake-lock-deep;  repeat $MIB '[' > flake.lock; echo '{ outputs = _: { }; }' > flake.nix
in_case flake-self;       echo '{ outputs = { self }: { nixosConfigurations = self.nixosConfigurations; nixosModules.a = self.nixosModules.a; }; }' > flake.nix
in_case flake-no-set;     echo '[ 1 2 ]' > flake.nix
in_case flake-no-outputs; echo '{ outputs = 7; inputs = x: x; }' > flake.nix
in_case quadlet;          { printf '[Container]\nPodmanArgs='; yes '\' | head -n 20000; printf '\n[Container\nImage\n=\n]]]\n'; } > a.container
                          head -c 65536 /dev/zero > b.container; repeat $MIB '[' > c.pod; printf '[Container]\nPodmanArgs="unclosed --privileged' > d.container
in_case quadlet-lines;    { printf '[Container]\nImage=a/b:1\n'; yes 'V=/a:/b' | head -n 130000; } > a.container
in_case quadlet-volumes;  { printf '[Container]\nImage=a/b:1\n'; yes 'Volume=/a:/b' | head -n 80000; } > a.container
in_case quadlet-keys;     { printf '[Container]\nImage=a/b:1\n'; i=0; while [ $i -lt 60000 ]; do echo "Key$i=1"; i=$((i + 1)); done; } > a.container
in_case quadlet-sections; { i=0; while [ $i -lt 60000 ]; do printf '[S%d]\nA=1\n' $i; i=$((i + 1)); done; } > a.container
in_case quadlet-value;    { printf '[Container]\nImage=a/b:1\nPodmanArgs='; repeat $MIB '-v /a:/b '; printf '\n'; } > a.container
in_case quadlet-escapes;  { printf '[Container]\nImage=a/b:1\nExec='; repeat $MIB '\x41"\n" '; printf '\nMask='; repeat $MIB "'"; printf '\n'; } > a.container
in_case quadlet-percent;  { printf '[Container]\nImage=a/b:1\nExec='; repeat $MIB '%h%S%i%'; printf '\nVolume='; repeat $MIB '%h/'; printf ':/x\n'; } > a.container
in_case quadlet-key-long; { printf '[Container]\nImage=a/b:1\n'; repeat $MIB 'Volum'; printf '=1\n['; repeat $MIB 'Containe'; printf ']\n'; } > a.container
in_case quadlet-drop-ins; mkdir -p container.d; i=0; while [ $i -lt 300 ]; do printf '[Container]\nVolume=/a%d:/b\n' $i > container.d/$i.conf; printf '[Container]\nImage=a/b:1\n' > u$i.container; i=$((i + 1)); done
in_case quadlet-bytes;    { printf '\357\273\277[Container]\r\nImage=a\000b\r\n\tVolume=/a:\377\r\n'; } > a.container; printf '[Container]\r\nImage=a/b:1 \\\r\n' > b.container
in_case quadlet-holes;    { printf "{ x, ... }: { environment.etc.\"containers/systemd/a.container\".text = ''[Container]\nImage=a/b:1\n"; yes 'Volume=${x.a}/${x.b}:${x.c} ${x.d}' | head -n 20000; printf "''; }\n"; } > default.nix
in_case large-units;      echo '{ lib, ... }: { environment.etc = lib.genAttrs (map (n: "containers/systemd/u${toString n}.container") (lib.range 1 10000)) (n: { text = "[Container]\nImage=docker.io/a/b:1\nNetwork=n.network\nVolume=v.volume:/v\nAddCapability=CHOWN\n"; }); }' > default.nix
in_case large-unit-files; i=0; while [ $i -lt 5000 ]; do printf '[Container]\nImage=docker.io/a/b:1\nVolume=v%d.volume:/v\n' $i > u$i.container; printf '[Volume]\nDevice=/srv/%d\nType=bind\n' $i > v$i.volume; i=$((i + 1)); done
in_case shell;            { printf 'podman run '; repeat $MIB '"$('; } > a.sh; { printf 'podman run '; yes '\' | head -n 200000; } > b.sh; printf 'podman run --privileged <<EOF\n' > c.sh; repeat $MIB "podman run -v " > d.sh
in_case devcontainer;     mkdir -p .devcontainer; repeat $MIB '{"a":' > .devcontainer/devcontainer.json
in_case shell-in-nix;     { printf "{ systemd.services.a.script = ''\n"; repeat $MIB 'podman run --privileged $(( '; printf "''; }\n"; } > default.nix
in_case config-junk;      repeat 65536 '[[' > nixpod-lint.toml; echo '{ }' > default.nix
