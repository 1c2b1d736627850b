// The journal of steps.
#include <cicd/run/journal.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const cicd::journal read(fuzz::file_with("steps.journal", fuzz::text_of(bytes, size)));
  (void)read.last("orders/build");
  (void)read.parts("orders/build");
  return 0;
}
