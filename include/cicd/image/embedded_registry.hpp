// The registry that needs nothing: an OCI layout for each repository, in the build tree. Knows layouts and
// locks; no network.
#pragma once

#include <memory>
#include <string>

#include <cicd/image/registry.hpp>

namespace cicd {

/// The repository's layout is the folder of its name below `options.embedded`, so that any OCI tool reads
/// `oci:<folder>:<tag>`.
std::unique_ptr<registry> embedded_registry(const std::string& repository, const registry_options& options);

/// Class `conflict`: the tag says one image already and never says another.
error immutable_tag(const std::string& reference, const digest& there, const digest& wanted);
/// Class `usage` for what is no tag.
status checked_tag(const std::string& tag);
/// The layout's only image has to be the one that is meant. Class `corrupt`.
status checked_image(const std::string& layout, const digest& image);

}  // namespace cicd
