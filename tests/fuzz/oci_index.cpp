// The index of an OCI layout, and what it points at.
#include <cicd/image/oci_layout.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const std::string mark = fuzz::file_with("layout/oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  fuzz::file_with("layout/index.json", fuzz::text_of(bytes, size));
  const cicd::oci_layout layout(fuzz::folder() + "/layout");
  if (const auto index = layout.index(); index && *index)
    for (const auto& one : **index) (void)layout.document(one);
  return 0;
}
