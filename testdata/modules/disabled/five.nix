{ trace = [ "five" ]; }
