{
  # The store and the daemon's socket are in every guest, read-only; nothing is
  # bound by hand.
  containers.mirror = {
    autoStart = true;
    privateUsers = "pick";

    privateNetwork = true;
    hostAddress = "10.62.0.1";
    localAddress = "10.62.0.2";

    config = import ./guest.nix;
  };
}
