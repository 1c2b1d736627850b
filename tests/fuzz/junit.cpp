// The JUnit reports of a step.
#include <cicd/report/junit.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  (void)cicd::read_junit(fuzz::text_of(bytes, size));
  return 0;
}
