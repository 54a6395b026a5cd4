# Cases for lib.network, made from arguments.txt. What they give with nixpkgs' own lib is in network.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "ipv6.fromString" = [
    (try (lib.network.ipv6.fromString "1:2:3:4:5:6:7:8"))
    (try (lib.network.ipv6.fromString "1::2::3"))
    (try (lib.network.ipv6.fromString "2001:DB8::ffff/32"))
    (try (lib.network.ipv6.fromString "::/200"))
    (try (lib.network.ipv6.fromString "::1"))
    (try (lib.network.ipv6.fromString "x::"))
  ];
  "ipv6.mkEUI64Suffix" = [
    (try (lib.network.ipv6.mkEUI64Suffix "66-75-63-6b-20-75"))
    (try (lib.network.ipv6.mkEUI64Suffix "66:75:63:6B:20:75"))
    (try (lib.network.ipv6.mkEUI64Suffix "nope"))
  ];
}
