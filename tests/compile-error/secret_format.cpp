// A secret that is formatted.
// expects: type_is_unformattable|formattable|Cannot format
#define FMT_HEADER_ONLY
#include <fmt/format.h>

#include <cicd/base/secret_value.hpp>

std::string shown(const cicd::secret_value& secret) {
  return fmt::format("{}", secret);
}
