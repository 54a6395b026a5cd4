# Cases for lib.kernel, made from arguments.txt. What they give with nixpkgs' own lib is in kernel.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "option" = [
    (try (lib.kernel.option lib.kernel.module))
    (try (lib.kernel.option lib.kernel.yes))
  ];
  "freeform" = [
    (try (lib.kernel.freeform "  x y\n"))
    (try (lib.kernel.freeform ""))
    (try (lib.kernel.freeform "007"))
    (try (lib.kernel.freeform "1.2.10"))
    (try (lib.kernel.freeform "CamelCase_word"))
    (try (lib.kernel.freeform "Hello World"))
    (try (lib.kernel.freeform "a,b,,c"))
    (try (lib.kernel.freeform "abc"))
    (try (lib.kernel.freeform "https://example.org/a?b=c&d"))
    (try (lib.kernel.freeform "it's $HOME"))
  ];
}
