//! What is certain of a container that is there only under conditions that are not known.

use super::{containers, world};
use expect_test::expect;
use nixpod_model::{Container, Existence, Fact, FactInfo, FactValue, Field, Visitor, World};
use nixpod_modules::Kind;

/// Chooses what a random module has in it.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }

    /// A condition on what is not known: two Booleans, one of which has a default, and a number.
    fn condition(&mut self, depth: u32) -> String {
        let plain = [
            "cfg.a",
            "cfg.b",
            "cfg.n == 1",
            "cfg.n == 2",
            "also",
            "!cfg.a",
            "cfg.a",
            "cfg.b",
        ];
        if depth == 0 || self.below(3) > 0 {
            return self.one(&plain).to_owned();
        }
        let (left, right) = (self.condition(depth - 1), self.condition(depth - 1));
        match self.below(4) {
            0 => format!("!({left})"),
            1 => format!("({left}) && ({right})"),
            2 => format!("({left}) || ({right})"),
            _ => format!("({left}) -> ({right})"),
        }
    }

    /// A Boolean, perhaps depending on a condition.
    fn boolean(&mut self) -> String {
        let condition = self.condition(1);
        match self.below(6) {
            0 | 1 => self.one(&["true", "false"]).to_owned(),
            2 => format!("if {condition} then true else false"),
            3 => format!(
                "lib.mkIf ({condition}) (lib.mkForce {})",
                self.one(&["true", "false"])
            ),
            4 => format!("wrap ({condition}) {}", self.one(&["true", "false"])),
            _ => condition,
        }
    }

    /// What somebody writes of the container.
    fn statement(&mut self) -> String {
        let condition = self.condition(1);
        match self.below(9) {
            0 | 1 => format!("privateNetwork = {};", self.boolean()),
            2 => format!("enableTun = {};", self.boolean()),
            3 => format!("autoStart = {};", self.boolean()),
            4 => format!("hostAddress = if {condition} then \"10.0.0.1\" else null;"),
            5 => format!("extraFlags = [ \"--a\" ] ++ lib.optional ({condition}) \"--b\";"),
            6 => format!(
                "extraFlags = lib.mkMerge [ [ \"--a\" ] (lib.mkIf ({condition}) (lib.mkForce [ \"--b\" ])) ];"
            ),
            7 => format!("privateUsers = lib.mkIf ({condition}) \"pick\";"),
            _ => "privateUsers = config.users.users.s.uid;".to_owned(),
        }
    }

    /// A definition of the container's options.
    fn container(&mut self, depth: u32) -> String {
        let mut statements: Vec<String> = (0..1 + self.below(3)).map(|_| self.statement()).collect();
        let key = |text: &String| text.split('=').next().map(str::to_owned);
        statements.sort_by_key(key);
        statements.dedup_by_key(|text| key(text));
        let set = format!("{{ {} }}", statements.join(" "));
        if depth == 0 {
            return set;
        }
        let condition = self.condition(1);
        let other = self.container(depth - 1);
        match self.below(6) {
            0 => format!("lib.mkIf ({condition}) ({set})"),
            1 => format!("lib.mkMerge [ ({set}) (lib.mkIf ({condition}) ({other})) ]"),
            2 => format!("if {condition} then {set} else {other}"),
            3 => format!("wrap ({condition}) {set}"),
            4 => format!(
                "{set} // lib.optionalAttrs ({condition}) {{ {} }}",
                self.statement()
            ),
            _ => set,
        }
    }

    /// A definition of the system that has the container in it.
    fn definition(&mut self) -> String {
        let (condition, set) = (self.condition(2), self.container(2));
        match self.below(7) {
            0 | 1 => {
                format!("(lib.mkIf ({condition}) {{ users.users.s.uid = 1500; containers.x = {set}; }})")
            }
            2 => format!("{{ containers = lib.mkIf ({condition}) {{ x = {set}; }}; }}"),
            3 => format!("{{ containers = lib.optionalAttrs ({condition}) {{ x = {set}; }}; }}"),
            4 => format!("{{ containers = lib.mkIf ({condition}) (lib.mkForce {{ x = {set}; }}); }}"),
            5 => format!("{{ containers = if {condition} then {{ x = {set}; }} else {{ }}; }}"),
            _ => format!("(wrap ({condition}) {{ containers.x = {set}; }})"),
        }
    }

    fn module(&mut self) -> String {
        let definitions: Vec<String> = (0..1 + self.below(2)).map(|_| self.definition()).collect();
        let definitions = definitions.join("\n");
        format!(
            "{{ config, lib, ... }}:
            let cfg = config.my; also = cfg.b; wrap = on: content: lib.mkIf on content; in
            {{
              imports = [ ./values.nix ];
              options.my.a = lib.mkOption {{ type = lib.types.bool; }};
              options.my.b = lib.mkEnableOption \"b\";
              options.my.n = lib.mkOption {{ type = lib.types.int; }};
              config = lib.mkMerge [
                {{ users.users.s.isNormalUser = true; }}
                {definitions}
              ];
            }}"
        )
    }
}

/// The facts of a container that are certain, as text.
#[derive(Default)]
struct Said {
    certain: Vec<(&'static str, String)>,
    /// Is there one that Nix fails on?
    fails: bool,
}

impl Visitor for Said {
    fn fact<T: FactValue>(&mut self, info: FactInfo, field: &Field<T>) {
        match &field.fact {
            Fact::Set(value) | Fact::Default(value) => self.certain.push((info.name, value.describe())),
            Fact::Maybe(_) => {}
            Fact::Unknown(_) => self.fails |= field.fails,
        }
    }
}

fn container(world: &World) -> Option<&Container> {
    world.containers.values().map(|container| &**container).next()
}

/// Compares what is certain of a module's container with what it is for all values of what is not known.
fn contradiction(module: &str) -> Option<String> {
    let values = |text: &str| {
        let (world, _) = world(
            &format!("{module}\n#- values.nix\n{{ {text} }}"),
            Kind::Nixos,
            false,
        );
        world
    };
    let open = values("");
    let mut said = Said::default();
    if let Some(container) = container(&open) {
        container.visit(&mut said);
    }
    for number in 0..8 {
        let [a, b] = [1, 2].map(|bit| number & bit != 0);
        let n = number / 4 + 1;
        let text = format!("my.a = {a}; my.b = {b}; my.n = {n};");
        let closed = values(&text);
        let (there, seen) = (container(&closed), container(&open));
        match (there, seen.map(|container| &container.existence)) {
            (Some(_), None) => return Some(format!("{text} makes it, although it was not seen")),
            (None, Some(Existence::Certain)) => return Some(format!("{text} does not make it")),
            _ => {}
        }
        let Some(there) = there else { continue };
        let mut is = Said::default();
        there.visit(&mut is);
        // Where definitions contradict each other Nix makes no container.
        if is.fails {
            continue;
        }
        for fact in &said.certain {
            if !is.certain.contains(fact) {
                return Some(format!("{fact:?} was certain, but {text} gives {:?}", is.certain));
            }
        }
    }
    None
}

/// A fact is certain only if it is so whatever the conditions are, as long as the container is there at all.
#[test]
fn what_is_certain_holds_wherever_the_container_is_there() {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    for _ in 0..40 {
        let module = chance.module();
        if let Some(contradiction) = contradiction(&module) {
            panic!("{contradiction}\n{module}");
        }
    }
}

/// What stands under the conditions of the container is certain, also what is read from others that stand under them.
#[test]
fn facts_under_the_conditions_of_the_container_are_certain() {
    containers(
        r#"
        { config, lib, inputs, ... }:
        let on = inputs.switches.on; in
        {
          config = lib.mkIf on {
            users.users.s = { isNormalUser = true; uid = 1500; };
            containers.x = lib.mkMerge [
              { privateNetwork = true; privateUsers = config.users.users.s.uid; }
              (lib.mkIf on { hostAddress = "10.0.0.1"; })
              (lib.mkIf inputs.switches.tun { enableTun = true; })
              { autoStart = if on then true else false; }
            ];
          };
        }
        "#,
        expect![[r#"
            nspawn x maybe[on] in `box` <- { privateNetwork = true; privateUsers = config.users.users.s.uid; }
              auto start: true <- true
              users: Fixed { first: 1500, count: 65536 } <- 1500
              capability: maybe[inputs.switches.tun] CAP_NET_ADMIN <- true
              network: Private <- true
              device: maybe[inputs.switches.tun] /dev/net/tun rwm allowed <- true
              private users: Fixed { first: 1500, count: 65536 } <- 1500
              private network: true <- true
              tun: maybe[inputs.switches.tun] true <- true
              network option: hostAddress <- "10.0.0.1"
        "#]],
    );
}

/// A place in a function is a condition for each call of it.
#[test]
fn conditions_at_one_place_are_not_one_condition() {
    containers(
        r#"
        { lib, inputs, ... }:
        let make = on: content: lib.mkIf on { containers.x = content; }; in
        lib.mkMerge [
          (make inputs.switches.a { privateNetwork = true; })
          (make inputs.switches.b { enableTun = true; })
        ]
        "#,
        expect![[r#"
            nspawn x maybe[on] in `box` <- { privateNetwork = true; }
              capability: maybe[on] CAP_NET_ADMIN <- true
              network: maybe[on] Private <- true
              device: maybe[on] /dev/net/tun rwm allowed <- true
              private network: maybe[on] true <- true
              tun: maybe[on] true <- true
        "#]],
    );
}

/// An `mkIf` beside a set without one is not a set with the parts of both.
#[test]
fn a_condition_of_one_branch_is_none_of_the_other() {
    containers(
        r#"
        { lib, inputs, ... }:
        {
          containers.x =
            if inputs.switches.a
            then { privateNetwork = true; }
            else lib.mkIf inputs.switches.b { privateNetwork = true; enableTun = true; };
        }
        "#,
        expect![[r#"
            nspawn x maybe[inputs.switches.a or not inputs.switches.a and inputs.switches.b] in `box` <- { privateNetwork = true; enableTun = true; }
              capability: maybe[not inputs.switches.a, inputs.switches.b] CAP_NET_ADMIN <- true
              network: Private <- true
              device: maybe[not inputs.switches.a, inputs.switches.b] /dev/net/tun rwm allowed <- true
              private network: true <- true
              tun: maybe[not inputs.switches.a, inputs.switches.b] true <- true
        "#]],
    );
}

/// Where the container is there, what it is there for is decided, wherever it is asked for again.
#[test]
fn a_condition_of_the_container_is_decided_inside_of_it() {
    containers(
        r#"
        { config, lib, inputs, ... }:
        let
          inherit (lib) mkIf optional optionalAttrs;
          inherit (inputs.switches) on tun;
        in
        {
          imports = [ inputs.more.module ];
          config = lib.mkMerge [
            {
              containers.plain = mkIf on { privateNetwork = on; enableTun = !on; };
              containers.option = mkIf config.elsewhere.on {
                privateNetwork = config.elsewhere.on;
                enableTun = if config.elsewhere.on then false else true;
                extraFlags = optional (!config.elsewhere.on) "--a" ++ optional config.elsewhere.on "--b";
              };
            }
            (mkIf (!on) { containers.not = { privateNetwork = on; enableTun = !on; }; })
            { containers = optionalAttrs on { attrs = { privateNetwork = on; } // optionalAttrs (!on) { enableTun = true; }; }; }
            { containers = if on then { yes.privateNetwork = on; } else { no.privateNetwork = on; }; }
          ];
        }
        "#,
        expect![[r#"
            nspawn attrs maybe[on] in `box` <- { privateNetwork = on; } // optionalAttrs (!on) { enableTun = true; }
              network: Private <- privateNetwork
              private network: true <- privateNetwork
              tun: default false <- enableTun
            nspawn no maybe[not on] in `box` <- no.privateNetwork = on
              network: Host <- privateNetwork
              private network: false <- privateNetwork
            nspawn not maybe[!on] in `box` <- { privateNetwork = on; enableTun = !on; }
              capability: CAP_NET_ADMIN <- enableTun
              network: Host <- privateNetwork
              device: /dev/net/tun rwm allowed <- enableTun
              private network: false <- privateNetwork
              tun: true <- enableTun
            nspawn option maybe[config.elsewhere.on] in `box` <- {…
              network: Private <- privateNetwork
              flag: --b <- "--b"
              private network: true <- privateNetwork
              tun: false <- false
            nspawn plain maybe[on] in `box` <- { privateNetwork = on; enableTun = !on; }
              network: Private <- privateNetwork
              private network: true <- privateNetwork
              tun: false <- enableTun
            nspawn yes maybe[on] in `box` <- yes.privateNetwork = on
              network: Private <- privateNetwork
              private network: true <- privateNetwork
            not analysed: module: `inputs.more.module` comes from outside <- inputs.more.module
        "#]],
    );
}

/// So are the parts of what it is there for, and what is made of them.
#[test]
fn the_parts_of_a_condition_are_decided_too() {
    containers(
        r#"
        { config, lib, inputs, ... }:
        let
          inherit (lib) mkIf optional optionalAttrs;
          inherit (inputs.switches) on tun;
        in
        {
          imports = [ inputs.more.module ];
          config = lib.mkMerge [
            (mkIf (on && tun) {
              containers.and = { privateNetwork = on; enableTun = tun; ephemeral = !tun || !on; };
            })
            (mkIf on (mkIf tun { containers.nested = { privateNetwork = on && tun; enableTun = on -> !tun; }; }))
            (mkIf (on || tun) { containers.or = { privateNetwork = on || tun; enableTun = on; }; })
          ];
        }
        "#,
        expect![[r#"
            nspawn and maybe[on && tun] in `box` <- { privateNetwork = on; enableTun = tun; ephemeral = !tun || !on; }
              capability: CAP_NET_ADMIN <- enableTun
              network: Private <- privateNetwork
              device: /dev/net/tun rwm allowed <- enableTun
              private network: true <- privateNetwork
              tun: true <- enableTun
            nspawn nested maybe[on, tun] in `box` <- { privateNetwork = on && tun; enableTun = on -> !tun; }
              network: Private <- privateNetwork
              private network: true <- privateNetwork
              tun: false <- enableTun
            nspawn or maybe[on || tun] in `box` <- { privateNetwork = on || tun; enableTun = on; }
              network: Private <- privateNetwork
              private network: true <- privateNetwork
              tun: unknown: `inputs.switches.on` comes from outside <- enableTun
              not known: whether it may make tunnels: `inputs.switches.on` comes from outside <- enableTun
            not analysed: containers.or: `inputs.switches.on` comes from outside <- enableTun
            not analysed: module: `inputs.more.module` comes from outside <- inputs.more.module
        "#]],
    );
}

/// The same of an option that has a default, in a file that no host imports, so that it may be set elsewhere.
#[test]
fn an_option_that_may_be_set_elsewhere_is_decided_where_it_has_to_be() {
    let text = r#"
        { config, lib, ... }:
        let cfg = config.my; in
        {
          options.my.on = lib.mkEnableOption "it";
          options.my.more = lib.mkEnableOption "more";
          config = lib.mkIf (cfg.on && !cfg.more) {
            virtualisation.oci-containers.containers.x = {
              image = if cfg.more then "more:1" else "less:1";
              privileged = cfg.on;
              extraOptions = lib.optional (!cfg.on) "--privileged" ++ lib.optional cfg.on "--tty";
              volumes = lib.mkIf cfg.more [ "/:/host" ];
            };
          };
        }
    "#;
    let (world, files) = world(text, Kind::Nixos, false);
    expect![[r#"
        oci-containers x maybe[cfg.on && !cfg.more] in `box` <- {…
          engine: maybe[] podman
          privileged: true <- privileged
          image: less:1 <- "less:1"
          flag: --tty <- "--tty"
    "#]]
    .assert_eq(&super::dump::containers(&world, &files));
}
