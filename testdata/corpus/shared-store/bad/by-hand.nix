{ pkgs, ... }:
let
  guest = (import <nixpkgs/nixos> { configuration = ./guest.nix; }).system;
in
{
  # The same guest without the container module.
  systemd.services.mirror-nspawn = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.ExecStart = ''
      ${pkgs.systemd}/bin/systemd-nspawn --machine=mirror-nspawn \
        --directory=/srv/mirror \
        --bind-ro=/nix/store \
        --bind=/nix/var/nix/daemon-socket/socket \
        --bind=/dev \
        --capability=CAP_SYS_MODULE \
        ${guest}/init
    '';
  };
}
