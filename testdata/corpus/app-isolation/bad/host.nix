{ pkgs, ... }:
let
  userName = "mara";

  launcher =
    guest:
    pkgs.writeShellScriptBin "in-${guest}" ''
      if [[ "$(systemctl is-active container@${guest})" != active ]]; then
        systemctl start container@${guest}
      fi
      exec machinectl shell ${userName}@${guest} /usr/bin/env bash --login -c "exec ${pkgs.fuzzel}/bin/fuzzel"
    '';
in
{
  imports = [
    ./home-manager.nix
    ./shared.nix
    ./guests/terminal.nix
    ./guests/studio.nix
    ./guests/inbox.nix
    ./guests/projects.nix
  ];

  home-manager = {
    useGlobalPkgs = true;
    users.${userName}.imports = [ ./home/host.nix ];
  };

  environment.systemPackages = map launcher [
    "studio"
    "inbox"
  ];
}
