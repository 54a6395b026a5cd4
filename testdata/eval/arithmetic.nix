{
  precedence = [ (1 + 2 * 3) (7 / 2) (-7 / 2) (2 - 3 - 4) (-(-3)) ];
  floats = [ 1.5 0.1 1.0e10 123456789.0 1.0e-5 (1 / 2.0) (0.1 + 0.2) 3.0 (-0.5) 100000.0 1000000.0 ];
  mixed = [ (1 + 0.5) (1 == 1.0) (1 < 1.5) (2.0 > 1) ];
  comparison = [ (1 <= 1) ("a" < "b") ("a" < "B") ([ 1 2 ] < [ 1 3 ]) ([ ] < [ 1 ]) (./a < ./b) ];
  logic = [ (true && false || true) (false -> throw "no") (!false) (true || throw "no") ];
  bits = [ (builtins.bitAnd 12 10) (builtins.bitOr 12 10) (builtins.bitXor 12 10) ];
  rounding = map builtins.floor [ 1.5 (-1.5) 2.0 ] ++ map builtins.ceil [ 1.5 (-1.5) 2.0 ];
  largest = 9223372036854775807;
  smallest = -9223372036854775807 - 1;
  overflow = builtins.tryEval (if true then "not computed" else 9223372036854775807 + 1);
}
