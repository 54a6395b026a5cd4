{ imports = [ ./b.nix ]; trace = [ "a" ]; }
