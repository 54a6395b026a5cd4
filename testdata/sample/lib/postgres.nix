# postgres { name, password } -> a database container
{ name, password }:
{
  image = "docker.io/library/postgres@sha256:7e21d0b5c94f6a38bb07e5129d3c84f6e05a1d97c2b836f4ae590d7c1f28b3e6";
  environment = {
    POSTGRES_DB = name;
    POSTGRES_USER = name;
    POSTGRES_PASSWORD = password;
  };
  volumes = [ "/var/lib/${name}/db:/var/lib/postgresql/data" ];
}
