// The reports of tests that a step leaves: JUnit, `go test -json`, `cargo test`.
#include <cicd/report/test_report.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  (void)cicd::read_test_report(fuzz::text_of(bytes, size));
  return 0;
}
