// A CMake list file and a configure log: the calls in one, and whether each is found again by its own words.
#include <cicd/declare/parse/list_file.hpp>

#include <cstdlib>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(fuzz::text_of(bytes, size));
  (void)cicd::places_in_configure_log(text, 3);
  for (const cicd::written_call& each : cicd::calls_in(text)) {
    cicd::call recorded{.where = {.list_file = "/s/CMakeLists.txt", .function = each.function},
                        .directory = "/s",
                        .arguments = {}};
    for (const cicd::written_word& word : each.words) recorded.arguments.push_back(word.start + word.end);
    if (each.in_function) recorded.through = {"/s/CMakeLists.txt", "/s/CMakeLists.txt"};
    if (cicd::line_of(recorded, {each}) != each.line) std::abort();
  }
  return 0;
}
