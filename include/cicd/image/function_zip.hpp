// The zip of a function: sorted names, one time, plain modes, so that equal files are an equal zip. Knows
// files and bytes; not what runs them.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// What Lambda takes at most, unpacked.
inline constexpr unpack_limit function_limit{std::uint64_t{250} << 20U, 65'000, "Lambda"};

struct packed_zip {
  digest content;
  std::uint64_t size = 0;          ///< of the zip
  std::vector<std::string> names;  ///< of the files in it, sorted
};

/// The files of a folder as the zip `to`; a link is the file that it leads to. Class `usage` naming the file:
/// one that leads out, a device, more than the limit, or nothing at all.
result<packed_zip> pack_folder(const std::string& folder,
                               const std::string& to,
                               unsigned threads,
                               const cancellation* cancelled);
/// The same of what another zip holds, which is unpacked to `scratch`.
result<packed_zip> pack_again(const std::string& zip,
                              const std::string& scratch,
                              const std::string& to,
                              unsigned threads,
                              const cancellation* cancelled);

}  // namespace cicd
