// How much may be unpacked, and which names an image can have.
#pragma once

#include <cicd/image/unpack_limit.hpp>

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <utility>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/image/errors.hpp>

namespace cicd {

namespace image_unpack_limit {
namespace {

constexpr std::string_view variable = "CICD_MAX_BASE";
constexpr std::size_t longest_part = 255, longest_path = 4095;

std::optional<std::uint64_t> factor_of(std::string_view unit) {
  static constexpr std::pair<std::string_view, std::uint64_t> known[] = {{"", 1},
                                                                         {"k", 1'000},
                                                                         {"M", 1'000'000},
                                                                         {"G", 1'000'000'000},
                                                                         {"T", 1'000'000'000'000},
                                                                         {"Ki", std::uint64_t{1} << 10U},
                                                                         {"Mi", std::uint64_t{1} << 20U},
                                                                         {"Gi", std::uint64_t{1} << 30U},
                                                                         {"Ti", std::uint64_t{1} << 40U}};
  for (const auto& [name, factor] : known)
    if (name == unit) return factor;
  return std::nullopt;
}

/// A whole number of bytes with a unit; nothing for 0 and for what no disk holds.
std::optional<std::uint64_t> bytes_from(std::string_view text) {
  std::uint64_t number = 0;
  std::size_t at = 0;
  for (; at < text.size() && at < 15 && text[at] >= '0' && text[at] <= '9'; ++at)
    number = number * 10 + static_cast<std::uint64_t>(text[at] - '0');
  const auto factor = factor_of(text.substr(at));
  if (at == 0 || number == 0 || !factor || number > std::numeric_limits<std::int64_t>::max() / *factor)
    return std::nullopt;
  return number * *factor;
}

}  // namespace
}  // namespace image_unpack_limit

result<unpack_limit> unpack_limit_of(const surroundings& around) {
  unpack_limit limit;
  const auto said = around.get(image_unpack_limit::variable);
  if (!said) return limit;
  const auto bytes = image_unpack_limit::bytes_from(*said);
  if (!bytes)
    return image_error(exit_class::usage, fmt::format("{} is not a size", image_unpack_limit::variable),
                       *said)
        .with("allowed", "a whole number with k, M, G, T, Ki, Mi, Gi or Ti, such as 8Gi");
  limit.bytes = *bytes;
  return limit;
}

status unpack_count::add(std::uint64_t bytes, const std::string& member) {
  if (++members_ <= limit_.members) return add_to(member, bytes);
  return image_error(exit_class::usage,
                     fmt::format("there are more members than {}",
                                 limit_.of.empty() ? std::string("an image is made of")
                                                   : fmt::format("the zip for {} may have", limit_.of)),
                     member)
      .with("allowed", fmt::format("at most {}", limit_.members));
}

status unpack_count::add_to(const std::string& member, std::uint64_t bytes) {
  if (bytes <= limit_.bytes - bytes_) {
    bytes_ += bytes;
    return {};
  }
  error failure = image_error(exit_class::usage, "it unpacks to more than is allowed", member);
  if (!limit_.of.empty())
    return std::move(failure).with(
        "allowed", fmt::format("at most {} MiB in all, as {} takes", limit_.bytes >> 20U, limit_.of));
  return std::move(failure)
      .with("allowed",
            fmt::format("at most {} in all, by {}", human_size(limit_.bytes), image_unpack_limit::variable))
      .with("try", fmt::format("{}=20Gi, where it is meant to be so large", image_unpack_limit::variable));
}

status check_path_in_image(std::string_view path, const std::string& from) {
  for (const auto& part : split(path, '/')) {
    if (part.starts_with(".wh."))
      return image_error(exit_class::usage,
                         "a name that begins with '.wh.' would delete a file of the base image", from);
    if (part.size() > image_unpack_limit::longest_part)
      return image_error(exit_class::usage, "a name in the image is too long", cut_to(valid_utf8(part), 60))
          .with("allowed", fmt::format("at most {} bytes for each part", image_unpack_limit::longest_part));
  }
  if (path.size() <= image_unpack_limit::longest_path) return {};
  return image_error(exit_class::usage, "a path in the image is too long", cut_to(valid_utf8(path), 60))
      .with("allowed", fmt::format("at most {} bytes", image_unpack_limit::longest_path));
}

}  // namespace cicd
