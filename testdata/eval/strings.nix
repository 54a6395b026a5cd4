let
  x = 1;
in
{
  interpolation = "a${"b${toString x}"}c";
  escapes = "\t\n\r\\\"\${x}$x$$";
  indented = ''
      two
    zero
      ''${x} ''' ''\n '$
  '';
  indentedOneLine = ''  a  '';
  indentedEmptyLine = ''

    a

      b
  '';
  concat = "a" + "b" + toString [ 1 [ 2 [ ] 3 ] null true false "x" ];
  lengths = map builtins.stringLength [ "" "abc" "ä" ];
  substrings = [
    (builtins.substring 1 2 "hello")
    (builtins.substring 0 100 "hello")
    (builtins.substring 10 1 "hello")
    (builtins.substring 1 (-1) "hello")
  ];
  replace = [
    (builtins.replaceStrings [ "oo" "a" ] [ "a" "i" ] "foobar")
    (builtins.replaceStrings [ "" ] [ "-" ] "abc")
    (builtins.replaceStrings [ "a" "" ] [ "X" "." ] "bab")
    (builtins.replaceStrings [ "x" ] [ (throw "not used") ] "abc")
    (builtins.replaceStrings [ "ab" "abc" ] [ "1" "2" ] "abcab")
  ];
  join = [
    (builtins.concatStringsSep ", " [ "a" "b" "c" ])
    (builtins.concatStringsSep ", " [ ])
  ];
  numbers = map toString [ 1 (-1) 1.5 1.0 0.000001 ];
  conversion = toString { __toString = self: "<${self.name}>"; name = "n"; };
  outPath = "${{ outPath = "/x"; }}/y";
  baseNames = map baseNameOf [ "/a/b" "/a/b/" "a" "" "/" "a//" ];
  dirs = map dirOf [ "/a/b" "/a/b/" "a" "" "/" "/a" "a/b" ];
  uri = https://example.org/a?b=c;
  unicode = "ä→😀";
  keys = { "a b" = 1; "1" = 2; "if" = 3; "a.b" = 4; "a'-_" = 5; "" = 6; "or" = 7; "\${x}" = 8; };
}
