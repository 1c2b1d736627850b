// The files of an image that a bill of materials is made of: programs, jars, the lists of package managers.
#include <cicd/image/sbom/elf.hpp>
#include <cicd/image/sbom/readers.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  if (const auto facts = cicd::elf_facts_of(text)) {
    (void)cicd::go_components(facts->go_modules);
    (void)cicd::cargo_components(facts->cargo_packages);
  }
  (void)cicd::go_components(text);
  (void)cicd::dpkg_packages(text);
  (void)cicd::linkable_in_list(text);
  (void)cicd::apk_packages(text);
  (void)cicd::python_packages(text);
  (void)cicd::npm_packages(text);
  (void)cicd::npm_packages_of_lock(text);
  (void)cicd::cargo_packages_of_lock(text);
  (void)cicd::java_runtimes(text);
  (void)cicd::java_packages("app/lib/a-1.0.jar", std::string(text));
  return 0;
}
