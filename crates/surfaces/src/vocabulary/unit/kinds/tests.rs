use super::{Kind, QUADLET, QUADLET_KEYS};
use crate::vocabulary::unit::keys::{Becomes, Key};
use expect_test::expect;

fn sections() -> impl Iterator<Item = (&'static str, &'static [Key])> {
    let kinds = Kind::ALL.into_iter().map(|kind| (kind.section(), kind.keys()));
    kinds.chain([(QUADLET, QUADLET_KEYS)])
}

/// As many as Podman 6.0 has.
#[test]
fn every_key_stands_once() {
    let mut counted = String::new();
    for (section, keys) in sections() {
        let mut names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), keys.len(), "{section}");
        counted.push_str(&format!("{section} {}\n", keys.len()));
    }
    expect![[r#"
        Container 94
        Pod 29
        Kube 19
        Network 18
        Volume 16
        Image 18
        Build 28
        Artifact 13
        Quadlet 1
    "#]]
    .assert_eq(&counted);
}

/// What says nothing of what a container can reach is told here, so that nobody has to guess whether it was forgotten.
#[test]
fn keys_that_are_left_out_on_purpose() {
    let mut left_out = String::new();
    for (section, keys) in sections() {
        let names = keys
            .iter()
            .filter(|key| matches!(key.becomes, Becomes::Further(_) | Becomes::Nothing))
            .map(|key| key.name);
        left_out.push_str(&format!("{section}: {}\n", names.collect::<Vec<_>>().join(" ")));
    }
    expect![[r#"
        Container: LogDriver LogOpt Timezone ShmSize WorkingDir StopSignal StopTimeout Retry RetryDelay NetworkAlias DNSOption DNSSearch ExposeHostPort HealthInterval HealthOnFailure HealthLogDestination HealthMaxLogCount HealthMaxLogSize HealthRetries HealthStartPeriod HealthTimeout HealthStartupInterval HealthStartupRetries HealthStartupSuccess HealthStartupTimeout ReloadCmd ReloadSignal
        Pod: ExitPolicy Label IP IP6 ShmSize NetworkAlias DNS DNSOption DNSSearch AddHost HostName StopTimeout
        Kube: AutoUpdate ConfigMap ExitCodePropagation KubeDownForce LogDriver LogOpt SetWorkingDirectory
        Network: DNS DisableDNS Driver Gateway IPAMDriver IPRange IPv6 InterfaceName Internal Label NetworkDeleteOnStop Options Subnet
        Volume: Copy GID Group Label UID User
        Image: AllTags Arch OS Policy Retry RetryDelay Variant
        Build: Annotation Arch DNS DNSOption DNSSearch ForceRM GroupAdd IgnoreFile Label Pull Retry RetryDelay Target Variant
        Artifact: Quiet Retry RetryDelay
        Quadlet: DefaultDependencies
    "#]].assert_eq(&left_out);
}

/// Keys that are new in a release, as the manual has them.
#[test]
fn keys_by_release() {
    let mut new = std::collections::BTreeMap::<_, Vec<String>>::new();
    for (section, keys) in sections() {
        for key in keys
            .iter()
            .filter(|key| (key.since.major, key.since.minor) >= (5, 5))
        {
            new.entry(key.since)
                .or_default()
                .push(format!("{section}.{}", key.name));
        }
    }
    let lines: Vec<String> = new
        .iter()
        .map(|(since, keys)| format!("{since}: {}\n", keys.join(" ")))
        .collect();
    expect![[r#"
        5.5: Container.Memory Container.Retry Container.RetryDelay Container.ReloadCmd Container.ReloadSignal Pod.HostName Network.NetworkDeleteOnStop Image.Retry Image.RetryDelay Build.Retry Build.RetryDelay
        5.6: Pod.ExitPolicy Pod.Label Network.InterfaceName Image.Policy
        5.7: Container.HttpProxy Pod.StopTimeout Build.BuildArg Build.IgnoreFile Artifact.Artifact Artifact.AuthFile Artifact.CertDir Artifact.ContainersConfModule Artifact.Creds Artifact.DecryptionKey Artifact.GlobalArgs Artifact.PodmanArgs Artifact.Quiet Artifact.Retry Artifact.RetryDelay Artifact.ServiceName Artifact.TLSVerify
        5.8: Container.AppArmor
        6.0: Volume.GID Volume.UID
    "#]].assert_eq(&lines.concat());
}

#[test]
fn kinds_by_file() {
    for (name, kind) in [
        ("web.container", Some(Kind::Container)),
        ("a.b@.pod", Some(Kind::Pod)),
        (".network", None),
        ("web.service", None),
        ("container", None),
    ] {
        assert_eq!(Kind::of_file(name), kind, "{name}");
    }
}
