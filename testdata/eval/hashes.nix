{
  strings = map (a: builtins.hashString a "abc") [ "md5" "sha1" "sha256" "sha512" ];
  empty = builtins.hashString "sha256" "";
  converted = map (f: builtins.convertHash {
    hash = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    toHashFormat = f;
  }) [ "base16" "nix32" "base32" "base64" "sri" ];
  plain = builtins.convertHash {
    hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    hashAlgo = "sha256";
    toHashFormat = "sri";
  };
  placeholder = builtins.placeholder "out";
}
