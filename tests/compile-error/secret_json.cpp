// A secret in a JSON value.
// expects: cannot convert|could not convert|no viable conversion|no matching
#include <cicd/base/json.hpp>
#include <cicd/base/secret_value.hpp>

cicd::json shown(const cicd::secret_value& secret) {
  return secret;
}
