# import-tree: a function from folders to a module that imports the Nix files below them. It is a set whose other functions
# say which files, what is made of each, and what of them all. What it does not have here is not known.
{ lib, natives }:
let
  inherit (builtins) concatMap filter isAttrs isFunction isList mapAttrs match pathExists readFileType;

  isNixFile = text: lib.hasSuffix ".nix" text && !(lib.hasInfix "/_" text);
  matches = pattern: text: match pattern text != null;
  isTree = value: value ? __config.__functor;
  isModule = value: isFunction value || !(value ? outPath);
  isFile = path: pathExists path && readFileType path != "directory";

  # The files below what is given, which may be folders, files, modules, other trees and lists of them. Filters see a file
  # by its path from there.
  filesOf = config: given:
    let
      wanted = if config.initial == null then isNixFile else config.initial;
      isKept = text: wanted text && config.filter text;
      isKeptModule = value: (config.initial == null || config.initial value) && config.filter value;
      from = root: file: lib.removePrefix (toString root) (toString file);
      below = one:
        if natives.isUnknown one then [ one ]
        else if isList one then concatMap below one
        else if isAttrs one && isTree one then one.files
        else if (isAttrs one || isFunction one) && isModule one then filter isKeptModule [ one ]
        else if isAttrs one then below one.outPath
        else if isFile one then filter (file: isKept (from natives.root file)) [ one ]
        else filter (file: isKept (from one file)) (lib.filesystem.listFilesRecursive one);
    in
    map config.map (below [ config.paths given ]);

  call = tree: given:
    let
      inherit (tree.__config) pipe;
      # As a module it is called with the arguments of modules.
      files = filesOf tree.__config (if isAttrs given && given ? options then [ ] else given);
    in
    if pipe == null then { imports = files; } else pipe files;

  make = config:
    let
      tree = natives.open "import-tree" (mapAttrs (_: f: f tree) config.api // {
        __config = config // { __functor = _: make; };
        __functor = call;

        filter = f: make (config // { filter = value: config.filter value && f value; });
        filterNot = f: tree.filter (value: !(f value));
        match = pattern: tree.filter (matches pattern);
        matchNot = pattern: tree.filterNot (matches pattern);
        map = f: make (config // { map = value: f (config.map value); });
        addPath = path: make (config // { paths = config.paths ++ [ path ]; });
        addAPI = api: make (config // { api = config.api // api; });
        withLib = _: tree;
        initFilter = f: make (config // { initial = f; });
        pipeTo = f: make (config // { pipe = f; });
        leafs = tree.pipeTo (files: files);
        leaves = tree.leafs;

        result = tree [ ];
        files = tree.leafs.result;
        new = make start;
        outPath = natives.storePath "import-tree";
      });
    in
    tree;

  start = { api = { }; filter = _: true; map = value: value; paths = [ ]; initial = null; pipe = null; };
in
make start
