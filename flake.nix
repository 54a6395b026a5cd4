{
  description = "Finds isolation and secret mistakes in NixOS and Podman container definitions, without running Nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forEachSystem = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});

      package =
        {
          lib,
          stdenv,
          rustPlatform,
          installShellFiles,
        }:
        rustPlatform.buildRustPackage {
          pname = "nixpod-lint";
          inherit ((lib.importTOML ./Cargo.toml).workspace.package) version;
          src = lib.fileset.toSource {
            root = ./.;
            fileset = lib.fileset.difference ./. (
              lib.fileset.unions [
                ./editors
                ./flake.nix
                (lib.fileset.maybeMissing ./flake.lock)
              ]
            );
          };
          cargoLock.lockFile = ./Cargo.lock;
          nativeBuildInputs = [ installShellFiles ];
          # `checks.tests` runs them. Who only wants the program need not wait for that.
          doCheck = false;
          postInstall = lib.optionalString (stdenv.buildPlatform.canExecute stdenv.hostPlatform) ''
            installShellCompletion --cmd nixpod-lint \
              --bash <($out/bin/nixpod-lint completions bash) \
              --fish <($out/bin/nixpod-lint completions fish) \
              --zsh <($out/bin/nixpod-lint completions zsh)
            $out/bin/nixpod-lint man > nixpod-lint.1
            installManPage nixpod-lint.1
          '';
          meta = {
            description = "Security linter and language server for container definitions in Nix";
            homepage = "https://github.com/nixpod-lint/nixpod-lint";
            license = with lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "nixpod-lint";
          };
        };
    in
    {
      overlays.default = final: _prev: { nixpod-lint = final.callPackage package { }; };

      packages = forEachSystem (pkgs: {
        default = pkgs.callPackage package { };
      });

      # A derivation that builds if `nixpod-lint check` finds nothing in `src`. In your flake:
      #   checks.x86_64-linux.containers = nixpod-lint.lib.check { inherit pkgs; src = self; args = [ "--severity" "high" ]; };
      lib.check =
        {
          pkgs,
          src,
          args ? [ ],
        }:
        let
          inherit (pkgs.stdenv.hostPlatform) system;
          nixpod-lint = self.packages.${system}.default or (pkgs.callPackage package { });
        in
        pkgs.runCommand "nixpod-lint-check" { nativeBuildInputs = [ nixpod-lint ]; } ''
          cd ${src}
          nixpod-lint check ${lib.escapeShellArgs args}
          touch $out
        '';

      checks = forEachSystem (
        pkgs:
        let
          inherit (self.packages.${pkgs.stdenv.hostPlatform.system}) default;
          sample = src: self.lib.check { inherit pkgs src; };
        in
        {
          package = default;
          tests = default.overrideAttrs (old: {
            pname = "nixpod-lint-tests";
            doCheck = true;
            nativeCheckInputs = (old.nativeCheckInputs or [ ]) ++ [ pkgs.gitMinimal ];
            cargoTestFlags = [ "--workspace" ];
          });
          lint-passes = sample ./editors/tests/samples/good;
          lint-fails =
            pkgs.runCommand "nixpod-lint-check-fails"
              { failed = pkgs.testers.testBuildFailure (sample ./editors/tests/samples/bad); }
              ''
                grep privileged-container $failed/testBuildFailure.log
                touch $out
              '';
        }
      );

      devShells = forEachSystem (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
          packages = with pkgs; [
            clippy
            rust-analyzer
            rustfmt
            nodejs
            python3
          ];
          env.RUST_SRC_PATH = pkgs.rustPlatform.rustLibSrc;
        };
      });
    };
}
