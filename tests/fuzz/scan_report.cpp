// The reports of scanners, and the baseline of what was known.
#include <cicd/report/scan/baseline.hpp>
#include <cicd/report/scan/readers.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto text = fuzz::text_of(bytes, size);
  (void)cicd::read_scan_report({text, "out.txt", "clang-tidy"}, {"/step", "/real", "/work", {}}, {});
  (void)cicd::read_baseline(text, "scan-baseline.json", {"ruff"}, {});
  return 0;
}
