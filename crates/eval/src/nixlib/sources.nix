# lib.sources: parts of directories. What is filtered out does not matter to an analysis, so a source stays its
# directory.
{ lib, prim }:
let
  inherit (builtins) baseNameOf match;

  cleanSourceWith =
    {
      filter ? _: _: true,
      src,
      name ? null,
    }:
    let
      orig = src.origSrc or src;
    in
    {
      _isLibCleanSourceWith = true;
      origSrc = orig;
      filter = if src ? filter then path: type: filter path type && src.filter path type else filter;
      name = if name != null then name else src.name or "source";
      outPath = "${orig}";
    };

  cleanSourceFilter =
    path: type:
    let
      name = baseNameOf (toString path);
    in
    !(
      name == ".git"
      || (type == "directory" && builtins.elem name [ ".svn" "CVS" ".hg" ".jj" ".pijul" "_darcs" ])
      || prim.hasSuffix "~" name
      || match "^\\.sw[a-z]$" name != null
      || match "^\\..*\\.sw[a-z]$" name != null
      || prim.hasSuffix ".o" name
      || prim.hasSuffix ".so" name
      || (type == "symlink" && prim.hasPrefix "result" name)
      || type == "unknown"
    );
  git = prim.external "the git repository of the sources";
in
{
  inherit cleanSourceFilter cleanSourceWith;
  cleanSource = src: cleanSourceWith { inherit src; filter = cleanSourceFilter; };
  filterSource = filter: src: cleanSourceWith { inherit filter src; };
  sourceByRegex = src: patterns: cleanSourceWith { inherit src; };
  sourceByGlobs = src: globs: cleanSourceWith { inherit src; };
  sourceFilesBySuffices = src: suffixes: cleanSourceWith { inherit src; };
  canCleanSource = src: src ? _isLibCleanSourceWith || !(lib.sources.pathHasContext (toString src));
  pathHasContext = builtins.hasContext;
  pathIsGitRepo = path: builtins.isBool git && git;
  commitIdFromGitRepo = path: git;
  trace = src: src;
  shortRev = rev: if builtins.isString rev && match "[0-9a-f]{8,}" rev != null then builtins.substring 0 7 rev else rev;
  revOrTag = rev: tag: if tag != null then tag else rev;
}
