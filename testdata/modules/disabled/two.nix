{ imports = [ ./lost.nix ]; trace = [ "two" ]; }
