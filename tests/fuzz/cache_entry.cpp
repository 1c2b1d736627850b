// An entry of the cache under a right digest.
#include <cicd/run/cache.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const cicd::step_cache cache(fuzz::folder() + "/cache");
  const cicd::digest key = cicd::sha256("key");
  const std::string text(fuzz::text_of(bytes, size));
  const std::string name = cache.entry_path(key).substr(fuzz::folder().size() + 1);
  fuzz::file_with(name, text);
  (void)cache.find(key);
  fuzz::file_with(name, "cicd-step-1 " + hex(cicd::sha256(text)) + "\n" + text);
  (void)cache.find(key);
  return 0;
}
