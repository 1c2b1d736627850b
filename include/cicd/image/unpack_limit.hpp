// How much an archive or folder that an image is made of may hold, so that a few bytes cannot fill a disk,
// and which names an image can have. Knows numbers and names; not what is unpacked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <cicd/base/error.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

/// The most that one archive or base may hold.
struct unpack_limit {
  std::uint64_t bytes = std::uint64_t{8} << 30U;
  std::uint64_t members = 1'000'000;
  std::string_view of{};  ///< whose limit it is, where no variable changes it: `Lambda`
};

/// By `CICD_MAX_BASE`, such as `20Gi`; 8Gi where it is not set. Class `usage` when it is no such number.
result<unpack_limit> unpack_limit_of(const surroundings& around);

/// Counts what is unpacked against the limit.
class unpack_count {
 public:
  explicit unpack_count(const unpack_limit& limit) : limit_(limit) {}

  /// One more member of so many bytes. Class `usage` naming it when that is too much.
  status add(std::uint64_t bytes, const std::string& member);
  /// So many bytes more than its header said.
  status add_to(const std::string& member, std::uint64_t bytes);

 private:
  unpack_limit limit_;
  std::uint64_t bytes_ = 0, members_ = 0;
};

/// A path in an image, without the leading slash: no part of more than 255 bytes or that begins with `.wh.`,
/// which would delete what lies below (image-spec, layer.md, "Whiteouts"), and not more than 4095 bytes in
/// all. `from` is what the error names.
status check_path_in_image(std::string_view path, const std::string& from);

}  // namespace cicd
