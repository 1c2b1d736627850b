// The value of a secret. It has no way into a text: no format, no stream, no JSON, no conversion, so that
// nothing prints it by mistake. What must have the bytes says `revealed`, and tests/lint lists who may.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace cicd {

class secret_value {
 public:
  secret_value() = default;
  explicit secret_value(std::string bytes) : bytes_(std::move(bytes)) {}

  /// All bytes, for what hands them over, masks them or looks for them.
  std::string_view revealed() const { return bytes_; }
  bool operator==(const secret_value&) const = default;

 private:
  std::string bytes_;
};

}  // namespace cicd
