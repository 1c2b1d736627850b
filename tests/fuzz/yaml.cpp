// YAML of people: documents of Kubernetes objects.
#include <cicd/base/yaml.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  (void)cicd::yaml_documents(fuzz::text_of(bytes, size), "x.yaml");
  return 0;
}
