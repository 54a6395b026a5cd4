{ imports = [ ./two.nix ./five.nix ]; trace = [ "one" ]; }
