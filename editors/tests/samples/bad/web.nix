{ config, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "docker.io/library/nginx:1.27";
    privileged = true;
  };
}
