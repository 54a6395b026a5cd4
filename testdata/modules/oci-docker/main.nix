# The docker backend, chosen by a forced definition, and one container taken out again.
{ lib, ... }: {
  imports = [
    { virtualisation.oci-containers.containers.a = { image = "a:1"; extraOptions = [ "--privileged" ]; }; }
    { virtualisation.oci-containers.containers = lib.mkIf false { never.image = "x"; }; }
    { virtualisation.oci-containers.containers.b = lib.mkMerge [ { image = lib.mkDefault "b:1"; } { image = "b:2"; labels."io.x" = "y"; } ]; }
  ];
  virtualisation.oci-containers.backend = lib.mkForce "docker";
  virtualisation.oci-containers.containers.a.extraOptions = lib.mkAfter [ "--pid=host" ];
}
