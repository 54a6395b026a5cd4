{ trace = [ "inner" ]; }
