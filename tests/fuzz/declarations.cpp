// The declarations, read and checked whole: as they are, and under a right last line.
#include <algorithm>

#include <cicd/base/digest.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

#include "fuzz.hpp"

namespace {

void read(std::string_view text) {
  const auto calls = cicd::read_calls(text, {});
  if (!calls) return;
  const cicd::template_source none{[](const std::string&) { return std::optional<std::string>(); },
                                   [] { return std::vector<std::string>(); }};
  (void)cicd::model_of(*calls, none);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::string text(fuzz::text_of(bytes, size));
  read(text);
  if (!text.ends_with('\n')) text += '\n';
  const auto calls = std::max<std::ptrdiff_t>(std::ranges::count(text, '\n') - 1, 0);
  read(text + R"({"calls":)" + std::to_string(calls) + R"(,"sha256":")" + hex(cicd::sha256(text)) + "\"}\n");
  return 0;
}
