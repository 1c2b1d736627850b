// A secret that becomes a text by itself.
// expects: cannot convert|could not convert|no viable conversion
#include <string>

#include <cicd/base/secret_value.hpp>

std::string shown(const cicd::secret_value& secret) {
  return secret;
}
