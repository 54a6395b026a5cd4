# What no guest shall know of.
{
  imports = [ ./common.nix ];

  programs.git = {
    enable = true;
    signing.signByDefault = true;
  };

  programs.ssh = {
    enable = true;
    matchBlocks.attic = {
      user = "mara";
      hostname = "attic.example.org";
      port = 2222;
    };
  };
}
