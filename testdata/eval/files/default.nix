{ name = "directory"; }
