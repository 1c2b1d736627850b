// Reads layers one after the other; what a later one says of a path counts.
#pragma once

#include <cicd/image/wanted_files.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <set>

#include <cicd/image/laid_layers.hpp>

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

struct wanted_file {
  entry_kind kind = entry_kind::file;
  std::string link;
  std::string member;                       ///< its name in the layer that has it
  std::shared_ptr<const std::string> text;  ///< where it was asked for
};

result<laid_files<wanted_file>> read_all(const std::vector<std::string>& blobs,
                                         const std::function<bool(std::string_view path)>& is_wanted,
                                         const unpack_limit& limit,
                                         const cancellation* cancelled) {
  const auto keep = [&](const layer_member& member, const member_content& content) -> result<wanted_file> {
    wanted_file file{.kind = member.kind, .link = member.link, .member = member.path, .text = {}};
    if (member.kind != entry_kind::file || !is_wanted(member.path)) return file;
    auto text = beginning_of(content);
    if (!text) return std::move(text).error();
    file.text = std::make_shared<const std::string>(*std::move(text));
    return file;
  };
  laid_files<wanted_file> all;
  for (const std::string& blob : blobs) {
    auto layer = layer_in<wanted_file>(blob, limit, cancelled, keep);
    if (!layer) return std::move(layer).error();
    lay_over(all, *std::move(layer));
  }
  return all;
}

}  // namespace
}  // namespace image_wanted_files

result<wanted_files> files_in_layers(const std::vector<std::string>& blobs,
                                     const std::function<bool(std::string_view path)>& is_wanted,
                                     const unpack_limit& limit,
                                     const cancellation* cancelled) {
  using namespace image_wanted_files;
  auto all = read_all(blobs, is_wanted, limit, cancelled);
  if (!all) return std::move(all).error();
  const auto names = wanted_in(*all, is_wanted);
  std::set<std::string, std::less<>> unread;  // what only a link to it makes wanted
  for (const auto& [name, path] : names)
    if (const wanted_file& file = all->at(path); !file.text) unread.insert(file.member);
  if (!unread.empty()) {
    all = read_all(
        blobs, [&](std::string_view path) { return is_wanted(path) || unread.contains(path); }, limit,
        cancelled);
    if (!all) return std::move(all).error();
  }
  wanted_files files;
  for (const auto& [name, path] : names)
    if (const wanted_file& file = all->at(path); file.text) files[name] = *file.text;
  return files;
}

}  // namespace cicd
