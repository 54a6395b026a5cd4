let
  site = import ../lib/site.nix;
  postgres = import ../lib/postgres.nix;
in
{
  virtualisation.oci-containers.containers = {
    ledger-db = postgres {
      name = "ledger";
      inherit (site.ledger) password;
    };

    ledger = {
      image = "docker.io/ledgerworks/ledger@sha256:4ac91e07d2b8f563a0e6cc15d978342fb1e50d6c9a7f832416be05d3c7981fea";
      dependsOn = [ "ledger-db" ];
      ports = [ "127.0.0.1:8000:8000" ];
      environmentFiles = [ "/run/secrets/ledger.env" ];
    };
  };
}
