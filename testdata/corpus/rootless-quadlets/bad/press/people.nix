{
  users.groups.podman = { };

  # Runs the public site.
  users.users.setter = {
    isNormalUser = true;
    linger = true;
    group = "podman";
    subUidRanges = [
      { startUid = 100000; count = 65536; }
    ];
    subGidRanges = [
      { startGid = 100000; count = 65536; }
    ];
  };

  # Runs previews of what is not printed yet.
  users.users.proofs = {
    isNormalUser = true;
    linger = false;
    extraGroups = [ "podman" ];
    subUidRanges = [
      { startUid = 5000000; count = 65536; }
    ];
  };

  # Uploads drafts, runs nothing.
  users.users.inker.isNormalUser = true;
}
