# lib.filesystem
{ lib, prim }:
let
  inherit (builtins)
    attrNames
    concatMap
    pathExists
    readDir
    readFileType
    ;

  pathIsDirectory = path: pathExists path && readFileType path == "directory";

  listFilesRecursive =
    dir:
    let
      entries = readDir dir;
    in
    concatMap (
      name: if entries.${name} == "directory" then listFilesRecursive (dir + "/${name}") else [ (dir + "/${name}") ]
    ) (attrNames entries);

  packagesFromDirectoryRecursive =
    {
      callPackage,
      newScope ? throw "lib.packagesFromDirectoryRecursive: newScope wasn't passed in args",
      directory,
      recurseIntoDirectory ? { processDir, args }: processDir args,
      ...
    }@args:
    let
      processDir =
        {
          callPackage,
          directory,
          ...
        }@args:
        lib.attrsets.concatMapAttrs (
          name: kind:
          let
            path = directory + "/${name}";
          in
          if kind == "directory" then
            {
              ${name} = recurseIntoDirectory {
                inherit processDir;
                args = args // {
                  directory = path;
                };
              };
            }
          else if kind == "regular" && prim.hasSuffix ".nix" name then
            { ${prim.removeSuffix ".nix" name} = callPackage path { }; }
          else if kind == "regular" then
            { }
          else
            throw "lib.filesystem.packagesFromDirectoryRecursive: Unsupported file type ${kind} at path ${toString path}"
        ) (readDir directory);
      default = directory + "/package.nix";
    in
    if pathExists default then
      callPackage default { }
    else if args ? newScope then
      lib.attrsets.recurseIntoAttrs (
        lib.customisation.makeScope newScope (
          self: processDir (args // { inherit (self) callPackage newScope; })
        )
      )
    else
      processDir args;

  recursing = {
    recurseIntoDirectory =
      { processDir, args }: packagesFromDirectoryRecursive args;
  };
in
{
  inherit (builtins)
    baseNameOf
    dirOf
    hashFile
    isPath
    readDir
    readFileType
    ;
  inherit listFilesRecursive pathIsDirectory;
  pathType =
    path:
    if pathExists path then
      readFileType path
    else
      throw "lib.filesystem.pathType: Path ${toString path} does not exist.";
  pathIsRegularFile = path: pathExists path && readFileType path == "regular";
  packagesFromDirectoryRecursive = args: packagesFromDirectoryRecursive (recursing // args);
  haskellPathsInDir =
    root:
    builtins.listToAttrs (
      concatMap (
        name:
        let
          path = root + "/${name}";
        in
        if (readDir root).${name} == "directory" && pathExists (path + "/${name}.cabal") then
          [
            {
              inherit name;
              value = path;
            }
          ]
        else
          [ ]
      ) (attrNames (readDir root))
    );
  locateDominatingFile =
    pattern:
    let
      go =
        path:
        let
          matches = builtins.filter (found: found != null) (map (builtins.match pattern) (attrNames (readDir path)));
        in
        if matches != [ ] then
          { inherit path matches; }
        else if path == /. then
          null
        else
          go (dirOf path);
    in
    file:
    go (if pathIsDirectory file then file else dirOf file);
  resolveDefaultNix =
    path:
    if builtins.isString path && prim.hasSuffix "/" path then
      path + "default.nix"
    else if pathIsDirectory path then
      path + "/default.nix"
    else
      path;
}
