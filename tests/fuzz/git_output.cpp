// What git prints.
#include <cicd/deliver/git/git_text.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text = fuzz::text_of(bytes, size);
  (void)cicd::git_entries_from(text);
  (void)cicd::git_blobs_from(text);
  (void)cicd::git_ref_in(text, "refs/heads/main");
  return 0;
}
