{ imports = [ ../a.nix ./inner.nix ]; trace = [ "folder" ]; }
