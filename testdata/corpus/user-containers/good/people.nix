{
  # No ranges by hand: both get automatic ones, which never meet.
  users.users.robin = {
    isNormalUser = true;
    uid = 1000;
    linger = true;
  };

  users.extraUsers.sorrel.isNormalUser = true;
}
