// The files of a repository that others wrote, each as every format that is read.
#include <cicd/engine/adopt/dockerfile.hpp>
#include <cicd/engine/adopt/facts.hpp>
#include <cicd/engine/dockerfile_sources.hpp>
#include <cicd/image/base_lock.hpp>
#include <cicd/observe/docker_ignore.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  for (const char* name : {"pom.xml", "Cargo.toml", "package.json", "go.mod", "build.gradle", "a.properties"})
    (void)cicd::source_files::facts_of(name, text);
  (void)cicd::source_files::read_dockerfile("Dockerfile", text).facts();
  (void)cicd::dockerfile_sources_of(text, {"Dockerfile", {}, {}, "amd64"});
  (void)cicd::observing::docker_ignore(text, {}).hides(text);
  (void)cicd::base_lock_from(text, "cicd.lock");
  return 0;
}
