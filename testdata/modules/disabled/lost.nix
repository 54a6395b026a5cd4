{ trace = [ "lost" ]; }
