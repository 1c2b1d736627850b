// The declaration of what runs, as it was when an artifact was made: the calls before placeholders are filled
// in, and the files that they name. Where and whether it runs (environments, previews, canaries) and how it
// is built are none of it. The format is part of the contract "artifact record".
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <cicd/declare/model.hpp>

namespace cicd {

/// What is another folder on each machine, and the word that stands for it: `{source}`, `{build}`.
using machine_paths = std::vector<std::pair<std::string, std::string>>;
machine_paths paths_of(const declared_pipeline& pipeline, const std::string& build_root);
/// The text without them.
std::string without_paths(std::string text, const machine_paths& paths);

/// The same declaration has the same text on every machine. `files` are those of CONFIG_FILES, MANIFESTS and
/// PATCH, by their path below the source folder.
std::string bundle_of(const declared_pipeline& pipeline,
                      const std::map<std::string, std::string>& files,
                      const machine_paths& paths);
/// The first thing in which two bundles differ, for a person: `pipeline_service orders api: there REPLICAS 2;
/// here REPLICAS 3`, `config/app.yml`. Empty where they are equal.
std::string bundle_difference(const std::string& there, const std::string& here);

}  // namespace cicd
