// Which registry a declared repository means.
#pragma once

#include <cicd/image/registry.hpp>

#include <cicd/base/text.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/values/values.hpp>
#include <cicd/image/embedded_registry.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/object_store.hpp>
#include <cicd/image/remote_registry.hpp>
#include <cicd/image/skopeo.hpp>
#include <cicd/image/zip_registry.hpp>

namespace cicd {

result<registry::published> registry::copy(const registry& from, const digest&, const std::string&) {
  return image_error(exit_class::usage, "images are copied to a registry only", name())
      .with("caused by", "the copy would be one of " + from.name());
}

bool is_of_files(std::string_view repository) {
  return repository.starts_with(files_scheme);
}

std::string plain_repository(const std::string& repository) {
  return is_of_files(repository) ? repository.substr(files_scheme.size()) : repository;
}

bool is_embedded(const std::string& repository) {
  if (is_of_files(repository)) return is_embedded(plain_repository(repository));
  if (const auto at = object_place_from(repository)) return at->bucket.empty();
  const auto slash = repository.find('/');
  const std::string first = repository.substr(0, slash);
  return slash == std::string::npos
         || (first != "localhost" && first.find_first_of(".:") == std::string::npos);
}

result<std::unique_ptr<registry>> registry_for(const std::string& repository,
                                               const registry_options& options,
                                               const surroundings& around) {
  if (is_of_files(repository)) {
    const std::string plain = plain_repository(repository);
    if (is_of_zips(plain)) return file_bucket(plain, options, around);
    return registry_for(plain, options, around);
  }
  if (is_of_zips(repository)) return zip_registry(repository, options, around);
  if (!image_repository::accepts(repository))
    return image_error(exit_class::usage, "no name of an image repository", repository)
        .with("allowed", std::string(image_repository::allowed()));
  if (is_embedded(repository)) return embedded_registry(repository, options);
  return remote_registry(repository, options, around);
}

}  // namespace cicd
