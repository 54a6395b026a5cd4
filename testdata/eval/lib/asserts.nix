# Cases for lib.asserts, made from arguments.txt. What they give with nixpkgs' own lib is in asserts.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "assertMsg" = [
    (try (lib.asserts.assertMsg false "CamelCase_word"))
    (try (lib.asserts.assertMsg true "\"q\" \\ \${x}"))
    (try (lib.asserts.assertMsg false "007"))
    (try (lib.asserts.assertMsg true "foo-1.2.3"))
    (try (lib.asserts.assertMsg false "Hello World"))
    (try (lib.asserts.assertMsg true "  x y\n"))
    (try (lib.asserts.assertMsg false "a"))
    (try (lib.asserts.assertMsg true "x.service"))
    (try (lib.asserts.assertMsg false "\"q\" \\ \${x}"))
    (try (lib.asserts.assertMsg true ""))
    (try (lib.asserts.assertMsg false "foo-1.2.3"))
    (try (lib.asserts.assertMsg true "CamelCase_word"))
  ];
  "assertOneOf" = [
    (try (lib.asserts.assertOneOf "n" 1 [ 1 2 ]))
    (try (lib.asserts.assertOneOf "n" 5 [ 1 2 ]))
  ];
  "assertEachOneOf" = [
    (try (lib.asserts.assertEachOneOf "n" [ 1 2 3 4 5 ] [ 1 2 3 ]))
    (try (lib.asserts.assertEachOneOf "n" [ 1 ] [ 1 2 3 ]))
    (try (lib.asserts.assertEachOneOf "n" [ 2 2 1 ] [ 1 2 3 ]))
    (try (lib.asserts.assertEachOneOf "n" [ 3 1 2 ] [ 1 2 3 ]))
    (try (lib.asserts.assertEachOneOf "n" [ 5 4 3 2 1 0 ] [ 1 2 3 ]))
    (try (lib.asserts.assertEachOneOf "n" [ ] [ 1 2 3 ]))
  ];
  "checkAssertWarn" = [
    (try (lib.asserts.checkAssertWarn [ ] [ ] 1))
    (try (lib.asserts.checkAssertWarn [ { assertion = false; message = "m"; } ] [ ] 1))
  ];
}
