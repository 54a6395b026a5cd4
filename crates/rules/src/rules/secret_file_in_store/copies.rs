//! Paths that get into the store because of what they are given to.

use nixpod_model::{StoreRef, Text};

/// A path that the option copies, although evaluating it does not.
pub(super) fn copied(text: &Text) -> Text {
    copied_if(text, |path| !path.starts_with('/'))
}

/// The same, for paths of which this holds.
pub(super) fn copied_if(text: &Text, is_copied: impl Fn(&str) -> bool) -> Text {
    let context = text.context.iter().map(|context| match context {
        StoreRef::Path {
            path,
            origin,
            encrypted,
            holds,
        } if is_copied(path) => StoreRef::Copied {
            path: path.clone(),
            origin: origin.clone(),
            encrypted: *encrypted,
            holds: holds.clone(),
        },
        other => other.clone(),
    });
    Text {
        parts: text.parts.clone(),
        context: context.collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::secret_file_in_store::RULE;
    use nixpod_testing::{check, check_none};

    /// What is interpolated into a script, a line or a setting is copied.
    #[test]
    fn into_texts_of_the_system() {
        check(
            &RULE,
            r#"
{
  system.activationScripts.key.text = "cp ${./id_ed25519} /root/.ssh/id_ed25519";
                                          # ^^^^^^^^^^^^ high: `system.activationScripts.key` copies the secret file `./id_ed25519` into the Nix store
  systemd.tmpfiles.rules = [ "d /srv/a" "C /srv/a/key - - - - ${./key.pem}" ];
                                                              # ^^^^^^^^^ high: `systemd.tmpfiles.rules` copies the secret file `./key.pem` into the Nix store
  systemd.tmpfiles.settings.a."/srv/b".C.argument = "${./b.key}";
                                                     # ^^^^^^^ high: `systemd.tmpfiles.settings` copies the secret file `./b.key` into the Nix store
  nix.settings.netrc-file = ./netrc;
                          # ^^^^^^^ low: `nix.settings.netrc-file` names `./netrc`, which is copied into the Nix store or read from your checkout
  services.openssh.hostKeys = [ { path = ./ssh_host_ed25519_key; type = "ed25519"; } { path = "/etc/ssh/ssh_host_rsa_key"; type = "rsa"; } ];
                                       # ^^^^^^^^^^^^^^^^^^^^^^ high: `services.openssh.hostKeys.*.path` copies the secret file `./ssh_host_ed25519_key` into the Nix store
  boot.initrd.secrets = { "/etc/a" = ./a.key; "/etc/b" = "/var/lib/b.key"; "/etc/c" = null; };
                                   # ^^^^^^^ low: `boot.initrd.secrets."/etc/a"` names `./a.key`, which is copied into the Nix store or read from your checkout
}
#- /id_ed25519
a
#- /key.pem
b
#- /b.key
c
#- /netrc
d
#- /ssh_host_ed25519_key
e
#- /a.key
f
"#,
        );
    }

    #[test]
    fn what_is_no_secret() {
        check_none(
            &RULE,
            r#"
{ config, ... }: {
  system.activationScripts.motd.text = "cp ${./motd} /etc/motd";
  systemd.tmpfiles.rules = [ "C /srv/a - - - - ${./a.public.key}" "L /srv/b - - - - ${config.age.secrets.b.path}" ];
  nix.settings.netrc-file = config.age.secrets.netrc.path;
  services.wireless.publicKeyFile = ./b.key;
  environment.etc."cache.pub".source = ./cache.public.key;
  boot.initrd.network.ssh.hostKeys = [ "/etc/secrets/initrd/ssh_host_ed25519_key" ];
}
#- /motd
a
#- /a.public.key
b
#- /b.key
c
#- /cache.public.key
d
"#,
        );
    }
}
