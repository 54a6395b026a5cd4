# Cases for lib.versions, made from arguments.txt. What they give with nixpkgs' own lib is in versions.exp.
lib:
let
  try = value: builtins.tryEval (builtins.deepSeq value value);
in
{
  "major" = [
    (try (lib.versions.major "1.10"))
    (try (lib.versions.major "1.2"))
    (try (lib.versions.major "1.2.3"))
    (try (lib.versions.major "2.0pre1"))
    (try (lib.versions.major "24.05"))
    (try (lib.versions.major "5.15.1-rc2"))
  ];
  "minor" = [
    (try (lib.versions.minor "1.10"))
    (try (lib.versions.minor "1.2"))
    (try (lib.versions.minor "1.2.3"))
    (try (lib.versions.minor "2.0pre1"))
    (try (lib.versions.minor "24.05"))
    (try (lib.versions.minor "5.15.1-rc2"))
  ];
  "majorMinor" = [
    (try (lib.versions.majorMinor "1.10"))
    (try (lib.versions.majorMinor "1.2"))
    (try (lib.versions.majorMinor "1.2.3"))
    (try (lib.versions.majorMinor "2.0pre1"))
    (try (lib.versions.majorMinor "24.05"))
    (try (lib.versions.majorMinor "5.15.1-rc2"))
  ];
  "splitVersion" = [
    (try (lib.versions.splitVersion "1.10"))
    (try (lib.versions.splitVersion "1.2"))
    (try (lib.versions.splitVersion "1.2.3"))
    (try (lib.versions.splitVersion "2.0pre1"))
    (try (lib.versions.splitVersion "24.05"))
    (try (lib.versions.splitVersion "5.15.1-rc2"))
  ];
  "patch" = [
    (try (lib.versions.patch "1.2.3"))
    (try (lib.versions.patch "5.15.1-rc2"))
  ];
  "pad" = [
    (try (lib.versions.pad 2 "1.2.3"))
    (try (lib.versions.pad 4 "1.2.3"))
    (try (lib.versions.pad 3 "24.05"))
    (try (lib.versions.pad 2 "1.2"))
    (try (lib.versions.pad 4 "1.2"))
    (try (lib.versions.pad 3 "2.0pre1"))
    (try (lib.versions.pad 2 "5.15.1-rc2"))
    (try (lib.versions.pad 4 "5.15.1-rc2"))
    (try (lib.versions.pad 3 "1.2.3"))
    (try (lib.versions.pad 2 "24.05"))
    (try (lib.versions.pad 4 "24.05"))
    (try (lib.versions.pad 3 "1.2"))
  ];
  "compareVersions" = [
    (try (lib.versions.compareVersions "1.2" "1.2"))
    (try (lib.versions.compareVersions "1.10" "1.2"))
    (try (lib.versions.compareVersions "1.2pre" "1.2"))
    (try (lib.versions.compareVersions "1.2" "2"))
    (try (lib.versions.compareVersions "1.10" "2"))
    (try (lib.versions.compareVersions "1.2pre" "2"))
  ];
}
