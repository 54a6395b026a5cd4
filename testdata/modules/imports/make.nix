{ word }: { lib, ... }: { trace = lib.mkBefore [ word ]; }
