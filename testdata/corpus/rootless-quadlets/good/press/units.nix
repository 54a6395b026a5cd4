# Containers that are unit files, each where the generator of its user looks for it.
{
  home-manager.users.setter = {
    xdg.configFile."containers/systemd/plates.container".source = ./units/plates.container;
    xdg.configFile."containers/systemd/plates.network".text = ''
      [Network]
      Internal=true
    '';
    home.file.".config/containers/systemd/plates.volume".text = ''
      [Volume]
    '';
  };
}
