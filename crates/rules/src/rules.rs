//! The list of all rules.

use nixpod_analysis::Rule;

mod colliding_subid_ranges;
mod dangerous_capability;
mod engine_socket_bind;
mod failing_value;
mod fuse_device;
mod gpu_device;
mod host_namespace;
mod ignored_network_option;
mod missing_linger;
mod missing_private_users;
mod missing_subid_ranges;
mod nested_ids_out_of_range;
mod privileged_container;
mod published_on_all_interfaces;
mod quadlet_invalid;
mod root_equivalent_group;
mod runtime_dir_bind;
mod secret_file_in_store;
mod secret_in_store;
mod sensitive_bind;
mod shared_host_network;
mod sys_admin_capability;
mod unknown_capability;
mod unknown_option;
mod unpinned_image;
mod x11_socket_bind;

/// Every rule, by name.
pub static ALL: &[&Rule] = &[
    &colliding_subid_ranges::RULE,
    &dangerous_capability::RULE,
    &engine_socket_bind::RULE,
    &failing_value::RULE,
    &fuse_device::RULE,
    &gpu_device::RULE,
    &host_namespace::RULE,
    &ignored_network_option::RULE,
    &missing_linger::RULE,
    &missing_private_users::RULE,
    &missing_subid_ranges::RULE,
    &nested_ids_out_of_range::RULE,
    &privileged_container::RULE,
    &published_on_all_interfaces::RULE,
    &quadlet_invalid::RULE,
    &root_equivalent_group::RULE,
    &runtime_dir_bind::RULE,
    &secret_file_in_store::RULE,
    &secret_in_store::RULE,
    &sensitive_bind::RULE,
    &shared_host_network::RULE,
    &sys_admin_capability::RULE,
    &unknown_capability::RULE,
    &unknown_option::RULE,
    &unpinned_image::RULE,
    &x11_socket_bind::RULE,
];
