// Reads layers one after the other; what a later one says of a path counts.
#pragma once

#include <cicd/image/wanted_files.hpp>

#include <algorithm>
#include <cstddef>

#include <cicd/image/image_files.hpp>
#include <cicd/image/layer_members.hpp>

namespace cicd {

namespace image_wanted_files {
namespace {

constexpr std::size_t largest = 16U << 20U;

result<std::string> beginning_of(const member_content& content) {
  std::string text;
  const status read = content([&](std::string_view bytes) -> status {
    text += bytes.substr(0, std::min(bytes.size(), largest - text.size()));
    return {};
  });
  if (!read) return read.error();
  return text;
}

/// What a layer takes away is of the layers below it.
status lay_over(wanted_files& all,
                const std::string& blob,
                const std::function<bool(std::string_view path)>& is_wanted,
                const unpack_limit& limit,
                const cancellation* cancelled) {
  wanted_files own;
  const auto meet = [&](const layer_member& member, const member_content& content) -> status {
    if (const std::string gone = taken_away_by(member.path); !gone.empty()) {
      take_away(all, gone);
      return {};
    }
    if (member.kind == entry_kind::folder || !is_wanted(member.path)) return {};
    if (member.is_other_name) {
      const auto same = own.find(member.link);
      own[member.path] = same == own.end() ? std::string() : same->second;
    } else if (member.kind == entry_kind::link) {
      own[member.path] = member.link;
    } else {
      auto text = beginning_of(content);
      if (!text) return std::move(text).error();
      own[member.path] = *std::move(text);
    }
    return {};
  };
  if (status read = each_member_of_layer(blob, limit, cancelled, meet); !read) return read;
  for (auto& [path, text] : own) all.insert_or_assign(path, std::move(text));
  return {};
}

}  // namespace
}  // namespace image_wanted_files

result<wanted_files> files_in_layers(const std::vector<std::string>& blobs,
                                     const std::function<bool(std::string_view path)>& is_wanted,
                                     const unpack_limit& limit,
                                     const cancellation* cancelled) {
  wanted_files all;
  for (const std::string& blob : blobs)
    if (status read = image_wanted_files::lay_over(all, blob, is_wanted, limit, cancelled); !read)
      return std::move(read).error();
  return all;
}

}  // namespace cicd
