let
  # Nested ids must lie inside the 65536 that the guest was given.
  nested = {
    autoSubUidGidRange = false;
    subUidRanges = [
      { startUid = 10000; count = 55536; }
    ];
    subGidRanges = [
      { startGid = 10000; count = 55536; }
    ];
  };
in
{
  # Runs the public site. In no engine group: rootless Podman needs none.
  users.users.setter = nested // {
    isNormalUser = true;
    linger = true;
  };

  # Uploads drafts, runs nothing.
  users.users.inker.isNormalUser = true;
}
