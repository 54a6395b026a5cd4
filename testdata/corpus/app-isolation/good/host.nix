{ pkgs, ... }:
let
  userName = "mara";
in
{
  imports = [
    ./home-manager.nix
    ./shared.nix
    ./canvas.nix
    ./guests/terminal.nix
    ./guests/studio.nix
  ];

  users.users.${userName} = {
    extraGroups = [ "wheel" ];
    hashedPasswordFile = "/var/lib/secrets/mara.hash";
  };

  home-manager = {
    useGlobalPkgs = true;
    users.${userName}.imports = [ ./home/host.nix ];
  };

  environment.systemPackages = [
    (pkgs.writeShellScriptBin "in-studio" ''
      systemctl is-active --quiet container@studio || systemctl start container@studio
      exec machinectl shell ${userName}@studio /usr/bin/env bash --login -c "exec ${pkgs.fuzzel}/bin/fuzzel"
    '')
  ];
}
