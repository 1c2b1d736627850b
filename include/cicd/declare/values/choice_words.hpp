// The words of an enumeration. An enumeration of a declaration has a `choices_of` beside it, which is found
// by its type.
#pragma once

#include <string>
#include <string_view>

namespace cicd::declaring {

/// The words in the order of the values after `none`, unused places empty, and all of them as a phrase.
struct choice_words {
  std::string_view phrase;
  std::string_view words[3];
  std::string (*guess)(std::string_view text) = nullptr;  ///< where another than the nearest word is meant
};

}  // namespace cicd::declaring
