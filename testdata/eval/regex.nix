let
  m = builtins.match;
  s = builtins.split;
in
{
  whole = [ (m "ab" "abc") (m "abc?" "abc") (m "" "") (m "." "") ];
  groups = [ (m "(a)(b)?" "a") (m "([[:alpha:]]+)-([0-9]*)" "ab-12") (m "(a|ab)(c|bcd)?" "abcd") ];
  nested = [ (m "((a)|(b))*" "aba") ];
  brackets = [ (m "[]a-]+" "]-a") (m "[^]]" "a") (m "[a\\]" "\\") (m "[[:space:][:digit:]]*" " 1 2\n") ];
  bounds = [ (m "a{2,3}" "aaa") (m "a{2}" "aaa") (m "(ab){1,}" "abab") ];
  dots = [ (m "a.b" "a\nb") (m "a\\.b" "a.b") ];
  anchors = [ (m "^a$" "a") (s "^" "ab") (s "$" "ab") ];
  splits = [ (s "(a)b" "abc") (s "([ac])" "abc") (s "," "a,b,,c") (s "" "abc") (s "(x)?" "ab") ];
  longest = [ (s "a|ab" "xaby") (s "(a|ab)(c|bcd)" "abcd") ];
  alternatives = [ (m "(foo|bar)*" "foobarfoo") (m "a||b" "") ];
  quantified = [ (m "a**" "aaa") (m "(a+)?b" "b") ];
  repeatedToNothing = [ (m "(a*)*" "aa") (m "(a*)+" "aa") (m "(a*){2,}" "aa") (m "(a*)*" "") (m "((a*)b?)*" "ab") (m "(a|b*)*" "ab") ];
  repeatedInside = [ (m "((b*)(a*)+)*b{2,}.{0,}" "abba") (m "(a+(a+)*a*|[ab]?)*" "bbbba") (m "((b*.?){2})+a{2,}(([ab]))*" "babaa") (s "(a*)*" "baac") ];
  invalid = "errors are not values";
}
