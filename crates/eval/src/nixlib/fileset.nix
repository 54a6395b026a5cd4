# lib.fileset: sets of files, kept as the paths they are made of. What `toSource` copies is its root.
{ lib, prim }:
let
  inherit (builtins) concatLists isPath;

  make = paths: {
    _type = "fileset";
    _paths = paths;
  };
  paths =
    value:
    if isPath value then
      [ value ]
    else
      value._paths or [ value ];
  union = a: b: make (paths a ++ paths b);
in
{
  inherit union;
  unions = list: make (concatLists (map paths list));
  intersection = a: b: make (paths a);
  difference = a: b: make (paths a);
  empty = make [ ];
  isFileset = value: isPath value || value._type or null == "fileset";
  maybeMissing = path: make [ path ];
  fromSource = source: make [ (source.origSrc or source) ];
  fileFilter = predicate: path: make [ path ];
  gitTracked = path: make [ path ];
  gitTrackedWith = options: path: make [ path ];
  trace = fileset: value: value;
  traceVal = fileset: fileset;
  toList = fileset: prim.external "lib.fileset.toList";
  toSource =
    { root, fileset }:
    {
      _isLibCleanSourceWith = true;
      origSrc = root;
      name = "source";
      filter = _: _: true;
      outPath = "${root}";
    };
}
