{
  domain = "juniper.example.org";

  ledger = {
    port = 8000;
    password = "plum-cartwheel-41";
  };
}
