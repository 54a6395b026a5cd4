let
  l = [ 3 1 2 ];
in
{
  concat = l ++ [ 4 ] ++ [ ];
  sorted = builtins.sort builtins.lessThan l;
  sortedStable = builtins.sort (a: b: a.k < b.k) [ { k = 1; v = "a"; } { k = 0; v = "b"; } { k = 1; v = "c"; } ];
  parts = [ (builtins.head l) (builtins.tail l) (builtins.elemAt l 1) (builtins.length l) ];
  mapped = map (x: x * 2) l;
  filtered = builtins.filter (x: x > 1) l;
  folded = builtins.foldl' (acc: x: acc + toString x) "" l;
  generated = builtins.genList (i: i * i) 5;
  elem = [ (builtins.elem 1 l) (builtins.elem 9 l) (builtins.elem [ 1 ] [ [ 1 ] ]) ];
  quantified = [ (builtins.any (x: x > 2) l) (builtins.all (x: x > 2) l) (builtins.any (x: throw "") [ ]) ];
  concatenated = [ (builtins.concatLists [ [ 1 ] [ ] [ 2 3 ] ]) (builtins.concatMap (x: [ x x ]) [ 1 2 ]) ];
  partitioned = builtins.partition (x: x > 1) l;
  equality = [ ([ 1 [ 2 ] ] == [ 1 [ 2 ] ]) ([ 1 ] == [ 1 2 ]) ([ 1.0 ] == [ 1 ]) ];
  lazy = builtins.length [ (throw "a") (throw "b") ];
  closure = builtins.genericClosure {
    startSet = [ { key = 5; } ];
    operator = item: if item.key > 0 then [ { key = item.key - 1; from = item.key; } { key = item.key / 2; } ] else [ ];
  };
}
