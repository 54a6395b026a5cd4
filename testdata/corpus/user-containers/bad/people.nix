{
  users.users.robin = {
    isNormalUser = true;
    uid = 1000;
    linger = false;
    subUidRanges = [
      { startUid = 100000; count = 65536; }
    ];
    subGidRanges = [
      { startGid = 100000; }
    ];
  };

  users.extraUsers.sorrel.isNormalUser = true;

  users.groups.podman.members = [ "robin" ];
}
