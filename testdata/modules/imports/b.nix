{ trace = [ "b" ]; }
