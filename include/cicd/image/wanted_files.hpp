// The files of an image that are wanted, with their content, as its layers have them one over the other. It
// does not know what a file means.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// By path without the leading slash, at most 16 MiB of each. What is behind a link is its content; a link
/// that leads to no file is not there.
using wanted_files = std::map<std::string, std::string, std::less<>>;

/// `blobs` are the layers' tars, the lowest first. Class `usage` where one is no tar, or holds more than the
/// limit.
result<wanted_files> files_in_layers(const std::vector<std::string>& blobs,
                                     const std::function<bool(std::string_view path)>& is_wanted,
                                     const unpack_limit& limit,
                                     const cancellation* cancelled);

}  // namespace cicd
