// From a declared secret to a file that ssh-keygen reads.
#pragma once

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include <cicd/deliver/gitops/deploy_secrets.hpp>
#include <cicd/run/secret_store.hpp>

namespace cicd {

deploy_secrets::deploy_secrets(const surroundings& around,
                               const cancellation& cancelled,
                               const std::string& run)
    : around_(around),
      cancelled_(cancelled),
      folder_(memory_folders(around), fmt::format("{}-sign-{}", run, ::getpid())) {}

result<secret_value> deploy_secrets::value_of(const declared_pipeline& pipeline,
                                              const std::string& name) const {
  const auto& all = pipeline.declared.secrets;
  const auto found = std::ranges::find_if(all, [&](const secret& each) { return each.name.view() == name; });
  if (found == all.end())
    return error{exit_class::usage, pipeline.declared.name.str(), "there is no such secret", name, {}};
  return declared_source(around_)(*found, pipeline.source_directory, cancelled_);
}

result<std::string> deploy_secrets::file_of(const declared_pipeline& pipeline, const std::string& name) {
  const std::lock_guard hold(mutex_);
  std::string& known = files_[pipeline.declared.name.str() + "/" + name];
  if (!known.empty()) return known;
  const result<secret_value> value = value_of(pipeline, name);
  if (!value) return value.error();
  std::string key(value->revealed());
  if (!key.ends_with('\n')) key += '\n';  // without it ssh-keygen takes it for no key
  result<std::string> file = folder_.write(pipeline.declared.name.str(), name, secret_value(std::move(key)));
  if (file) known = *file;
  return file;
}

}  // namespace cicd
