# lib.lists
{ lib, prim }:
let
  inherit (builtins)
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    genList
    groupBy
    head
    isList
    length
    mapAttrs
    tail
    ;
  inherit (lib.trivial) min max;
  inherit (prim) findFirstIndex;

  foldr =
    op: nul: list:
    let
      len = length list;
      go = n: if n == len then nul else op (elemAt list n) (go (n + 1));
    in
    go 0;

  foldl' =
    op: acc:
    builtins.seq acc (builtins.foldl' op acc);

  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);

  sublist =
    start: count: list:
    let
      len = length list;
      size = if start >= len then 0 else min count (len - start);
    in
    genList (n: elemAt list (n + start)) (max 0 size);

  take = count: sublist 0 count;
  drop = count: list: sublist count (length list) list;

  zipListsWith =
    f: a: b:
    genList (n: f (elemAt a n) (elemAt b n)) (min (length a) (length b));

  hasPrefix = prefix: list: take (length prefix) list == prefix;

  # Depth first search along `before`, starting at the first element.
  listDfs =
    stopOnCycles: before: list:
    let
      go =
        here: visited: rest:
        let
          cycles = filter (x: before x here) visited;
          split = builtins.partition (x: before x here) rest;
        in
        if stopOnCycles && cycles != [ ] then
          {
            cycle = here;
            loops = cycles;
            inherit visited rest;
          }
        else if split.right == [ ] then
          {
            minimal = here;
            inherit visited rest;
          }
        else
          go (head split.right) ([ here ] ++ visited) (tail split.right ++ split.wrong);
    in
    go (head list) [ ] (tail list);

  toposort =
    before: list:
    let
      found = listDfs true before list;
      others = toposort before (found.visited ++ found.rest);
    in
    if length list < 2 then
      { result = list; }
    else if found ? cycle then
      {
        cycle = prim.reverseList ([ found.cycle ] ++ found.visited);
        inherit (found) loops;
      }
    else if others ? cycle then
      others
    else
      { result = [ found.minimal ] ++ others.result; };

  sortOn =
    f: list:
    map (pair: elemAt pair 1) (
      builtins.sort (a: b: head a < head b) (
        map (x: [
          (f x)
          x
        ]) list
      )
    );

  compareLists =
    cmp: a: b:
    if a == [ ] then
      if b == [ ] then 0 else -1
    else if b == [ ] then
      1
    else
      let
        first = cmp (head a) (head b);
      in
      if first == 0 then compareLists cmp (tail a) (tail b) else first;

  findSingle =
    pred: default: multiple: list:
    let
      found = filter pred list;
      count = length found;
    in
    if count == 0 then
      default
    else if count == 1 then
      head found
    else
      multiple;

  commonPrefixLength =
    a: b:
    findFirstIndex (same: !same) (min (length a) (length b)) (zipListsWith (x: y: x == y) a b);
in
{
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;
  inherit (prim)
    findFirstIndex
    flatten
    imap0
    imap1
    optional
    optionals
    reverseList
    unique
    ;
  inherit
    compareLists
    drop
    findSingle
    foldl'
    foldr
    hasPrefix
    listDfs
    range
    sortOn
    sublist
    take
    toposort
    zipListsWith
    ;

  singleton = x: [ x ];
  forEach = list: f: map f list;
  fold = foldr;
  foldl =
    op: nul: list:
    let
      go = n: if n == -1 then nul else op (go (n - 1)) (elemAt list n);
    in
    go (length list - 1);
  ifilter0 =
    pred: list:
    map (at: elemAt list at) (filter (at: pred at (elemAt list at)) (genList (n: n) (length list)));
  remove = e: filter (x: x != e);
  findFirst =
    pred: default: list:
    let
      at = findFirstIndex pred null list;
    in
    if at == null then default else elemAt list at;
  count = pred: foldl' (n: x: if pred x then n + 1 else n) 0;
  toList = x: if isList x then x else [ x ];
  replicate = n: x: genList (_: x) n;
  groupBy' = op: nul: pred: list: mapAttrs (_: foldl' op nul) (groupBy pred list);
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  naturalSort =
    list:
    let
      key = text: map (part: if isList part then lib.strings.toIntBase10 (head part) else part) (builtins.split "([0-9]+)" text);
      compareParts = a: b: if a == b then 0 else if a < b then -1 else 1;
    in
    map (pair: elemAt pair 1) (
      builtins.sort (a: b: compareLists compareParts (head a) (head b) < 0) (
        map (text: [
          # The text itself decides between numbers that only differ in zeros.
          (key text ++ [ text ])
          text
        ]) list
      )
    );
  takeEnd = n: list: drop (max 0 (length list - n)) list;
  dropEnd = n: list: take (max 0 (length list - n)) list;
  removePrefix =
    prefix: list:
    if hasPrefix prefix list then
      drop (length prefix) list
    else
      throw "lib.lists.removePrefix: First argument is not a list prefix of the second argument";
  commonPrefix = a: b: take (commonPrefixLength a b) a;
  last =
    list:
    assert lib.asserts.assertMsg (list != [ ]) "lists.last: list must not be empty!";
    elemAt list (length list - 1);
  init =
    list:
    assert lib.asserts.assertMsg (list != [ ]) "lists.init: list must not be empty!";
    take (length list - 1) list;
  crossLists = f: foldl' (fs: args: concatMap (f: map f args) fs) [ f ];
  uniqueStrings = list: builtins.attrNames (groupBy (x: x) list);
  allUnique = list: length (prim.unique list) == length list;
  intersectLists = e: filter (x: elem x e);
  subtractLists = e: filter (x: !(elem x e));
  mutuallyExclusive = a: b: length a == 0 || !(any (x: elem x a) b);
  concatAttrValues = set: concatLists (builtins.attrValues set);
  replaceElemAt =
    list: index: value:
    if index >= 0 && index < length list then
      genList (n: if n == index then value else elemAt list n) (length list)
    else
      throw "'lists.replaceElemAt' called with index ${toString index} on a list of size ${toString (length list)}";
}
