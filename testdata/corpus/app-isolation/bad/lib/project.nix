# project { uid, ... } -> name -> guest
# One guest for one folder of code, with windows on the display of the host.
{
  uid,
  modules ? [ ],
}:
name:
{
  privateNetwork = true;
  hostAddress = "10.64.0.1";

  bindMounts = {
    "/home/mara/${name}" = {
      hostPath = "/home/mara/src/${name}";
      isReadOnly = false;
    };
    "/tmp/.X11-unix/X0".hostPath = "/tmp/.X11-unix/X0";
    "/run/user/${toString uid}/bus".hostPath = "/run/user/${toString uid}/bus";
  };

  config = {
    imports = [ ../shared.nix ../guests/no-groups.nix ] ++ modules;
    system.stateVersion = "26.05";
  };
}
