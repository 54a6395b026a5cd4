# Functions are never equal, but a value is equal to itself where two variables name it.
let
  f = x: x;
  set = { inherit f; };
  nan = (1.0e308 * 10) - (1.0e308 * 10);
  list = [ (x: x) ];
in
{
  itself = [ (f == f) ([ f ] == [ f ]) ({ a = f; } == { a = f; }) (set == set) ([ set ] == [ set ]) (set.f == set.f) (list == list) ];
  selected = [ ([ builtins.head ] == [ builtins.head ]) (builtins.head == builtins.head) (builtins.elem (builtins.head list) list) ];
  numbers = [ (nan == nan) ([ nan ] == [ nan ]) (let l = [ nan ]; in l == l) ];
}
