//! Secrets in options of modules that write them into the store.

use nixpod_analysis::Rule;
use nixpod_testing::check;

fn rule(id: &str) -> &'static Rule {
    crate::ALL
        .iter()
        .find(|rule| rule.meta.id == id)
        .expect("it exists")
}

/// What modules write into files in the store; references, hashes and stand-ins are none, nor what goes elsewhere.
#[test]
fn settings_of_services() {
    check(
        rule("secret-in-store"),
        r#"
{
  services.grafana.settings.security.admin_password = "plum-cartwheel-48";
                                                    # ^^^^^^^^^^^^^^^^^^^ high: `services.grafana.settings.security.admin_password` is written out, so everybody can read it in the Nix store
  services.grafana.settings.database.password = "$__file{/run/secrets/db}";
  services.other.settings = { secret._secret = "/run/secrets/x"; oauth.client_secret = "@oauth@"; token = "ENV_TOKEN"; password = "changeme"; };
  services.fourth.settings = { api_key._secret = "apiKeyFile"; jellyfin.api_key = "!ENV \${API_KEY}"; mqtt.password = "{MQTT_PASSWORD}"; };
  services.third.settings.users.ann.password = "$2b$10$abcdefghijklmnopqrstuv";
  services.third.user.password = "plum-cartwheel-49";
  networking.wireless.networks.home.psk = "plum-cartwheel-50";
                                        # ^^^^^^^^^^^^^^^^^^^ high: `networking.wireless.networks.home.psk` is written out, so everybody can read it in the Nix store
  networking.wireless.networks.work.psk = "ext:psk_work";
  services.vaultwarden.config = { ADMIN_TOKEN = "plum-cartwheel-52"; SIGNUPS_ALLOWED = false; };
                                              # ^^^^^^^^^^^^^^^^^^^ high: `services.vaultwarden.config.ADMIN_TOKEN` is written out, so everybody can read it in the Nix store
  services.mosquitto.listeners = [ { users.ann.password = "plum-cartwheel-53"; } { users.bob.passwordFile = "/run/secrets/bob"; } ];
                                                        # ^^^^^^^^^^^^^^^^^^^ high: `services.mosquitto.listeners.*.users.ann.password` is written out, so everybody can read it in the Nix store
  containers.x.config.services.redis.servers.a.requirePass = "plum-cartwheel-51";
                                                           # ^^^^^^^^^^^^^^^^^^^ high: `services.redis.servers.a.requirePass` in guest `x` is written out, so everybody can read it in the Nix store
}
"#,
    );
}
