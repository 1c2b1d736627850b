// What the labels of rendered objects say, for `cicd explain`. It does not know how they are rendered: a test
// compares it with what is.
#pragma once

#include <string_view>
#include <vector>

namespace cicd::declaring {

/// A label that objects and pods have, and where its value comes from.
struct label_doc {
  std::string_view key;
  std::string_view text;
};
const std::vector<label_doc>& label_docs();

}  // namespace cicd::declaring
