//! The list of all rules.

use nixpod_analysis::Rule;

mod capabilities_not_dropped;
mod chowned_system_dir;
mod colliding_subid_ranges;
mod confinement_disabled;
mod conflicting_options;
mod credential_directory_bind;
mod dangerous_capability;
mod dead_flag;
mod empty_password;
mod engine_api_exposed;
mod engine_rights;
mod engine_socket_bind;
mod env_host;
mod failing_value;
mod fuse_device;
mod fuse_overlayfs_storage;
mod gpu_device;
mod guest_firewall;
mod half_private_users;
mod handwritten_podman_service;
mod host_loopback;
mod host_namespace;
mod ignored_network_option;
mod image_without_digest;
mod input_devices;
mod insecure_registry;
mod invalid_container_name;
mod invalid_option_value;
mod missing_linger;
mod missing_private_users;
mod missing_subid_ranges;
mod mount_propagation;
mod nested_ids_out_of_range;
mod nested_podman_keyring;
mod network_sanity;
mod new_privileges_allowed;
mod nix_trusted_user;
mod no_resource_limits;
mod nspawn_hardening_disabled;
mod opaque_guest;
mod overridden_hardening;
mod ports_without_effect;
mod privileged_container;
mod public_forge_jobs;
mod published_on_all_interfaces;
mod quadlet_invalid;
mod raw_config_discards_hardening;
mod relabelled_system_dir;
mod removed_option;
mod root_equivalent_group;
mod root_in_container;
mod runs_as_trusted;
mod runtime_dir_bind;
mod seccomp_unconfined;
mod secret_file_in_store;
mod secret_file_mode;
mod secret_in_arguments;
mod secret_in_store;
mod secret_path_as_value;
mod secret_read_at_eval;
mod sensitive_bind;
mod shadowed_policy;
mod shared_host_network;
mod store_in_container;
mod store_rootfs_without_overlay;
mod sys_admin_capability;
mod unattended_update;
mod unknown_capability;
mod unknown_option;
mod unlimited;
mod unpinned_image;
mod unqualified_image;
mod user_namespaces_disabled;
mod wide_device_access;
mod will_not_start;
mod writable_rootfs;
mod writable_store_bind;
mod x11_open_to_all;
mod x11_socket_bind;

/// Every rule, by name.
pub static ALL: &[&Rule] = &[
    &capabilities_not_dropped::RULE,
    &chowned_system_dir::RULE,
    &colliding_subid_ranges::RULE,
    &confinement_disabled::RULE,
    &conflicting_options::RULE,
    &credential_directory_bind::RULE,
    &dangerous_capability::RULE,
    &dead_flag::RULE,
    &empty_password::RULE,
    &engine_api_exposed::RULE,
    &engine_rights::RULE,
    &engine_socket_bind::RULE,
    &env_host::RULE,
    &failing_value::RULE,
    &fuse_device::RULE,
    &fuse_overlayfs_storage::RULE,
    &gpu_device::RULE,
    &guest_firewall::RULE,
    &half_private_users::RULE,
    &handwritten_podman_service::RULE,
    &host_loopback::RULE,
    &host_namespace::RULE,
    &ignored_network_option::RULE,
    &image_without_digest::RULE,
    &input_devices::RULE,
    &insecure_registry::RULE,
    &invalid_container_name::RULE,
    &invalid_option_value::RULE,
    &missing_linger::RULE,
    &missing_private_users::RULE,
    &missing_subid_ranges::RULE,
    &mount_propagation::RULE,
    &nested_ids_out_of_range::RULE,
    &nested_podman_keyring::RULE,
    &network_sanity::RULE,
    &new_privileges_allowed::RULE,
    &nix_trusted_user::RULE,
    &no_resource_limits::RULE,
    &nspawn_hardening_disabled::RULE,
    &opaque_guest::RULE,
    &overridden_hardening::RULE,
    &ports_without_effect::RULE,
    &privileged_container::RULE,
    &public_forge_jobs::RULE,
    &published_on_all_interfaces::RULE,
    &quadlet_invalid::RULE,
    &raw_config_discards_hardening::RULE,
    &relabelled_system_dir::RULE,
    &removed_option::RULE,
    &root_equivalent_group::RULE,
    &root_in_container::RULE,
    &runs_as_trusted::RULE,
    &runtime_dir_bind::RULE,
    &seccomp_unconfined::RULE,
    &secret_file_in_store::RULE,
    &secret_file_mode::RULE,
    &secret_in_arguments::RULE,
    &secret_in_store::RULE,
    &secret_path_as_value::RULE,
    &secret_read_at_eval::RULE,
    &sensitive_bind::RULE,
    &shadowed_policy::RULE,
    &shared_host_network::RULE,
    &store_in_container::RULE,
    &store_rootfs_without_overlay::RULE,
    &sys_admin_capability::RULE,
    &unattended_update::RULE,
    &unknown_capability::RULE,
    &unknown_option::RULE,
    &unlimited::RULE,
    &unpinned_image::RULE,
    &unqualified_image::RULE,
    &user_namespaces_disabled::RULE,
    &wide_device_access::RULE,
    &will_not_start::RULE,
    &writable_rootfs::RULE,
    &writable_store_bind::RULE,
    &x11_open_to_all::RULE,
    &x11_socket_bind::RULE,
];
