# The function `derivation`: one set per output, all of them sharing what the store derivation gives.
{ outputs ? [ "out" ], ... }@arguments:
let
  result = derivationStrict arguments;
  common = arguments // builtins.listToAttrs perOutput // {
    all = map (one: one.value) perOutput;
    drvAttrs = arguments;
  };
  perOutput = map
    (outputName: {
      name = outputName;
      value = common // {
        inherit outputName;
        outPath = builtins.getAttr outputName result;
        inherit (result) drvPath;
        type = "derivation";
      };
    })
    outputs;
in
(builtins.head perOutput).value
