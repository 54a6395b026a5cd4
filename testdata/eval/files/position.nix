{
  a = 1;
    b = 2;
  pos = __curPos;
}
