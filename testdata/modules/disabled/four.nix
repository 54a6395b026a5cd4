{ disabledModules = [ ./five.nix ]; trace = [ "four" ]; }
