// Whiteouts and links, as paths.
#pragma once

#include <cicd/image/laid_layers.hpp>

#include <deque>

#include <cicd/base/text.hpp>

namespace cicd {

namespace image_laid_layers {
namespace {

constexpr std::string_view whiteout = ".wh.", opaque = ".wh..wh..opq";
constexpr int most_links = 40;

}  // namespace
}  // namespace image_laid_layers

std::string taken_away_by(std::string_view path) {
  using namespace image_laid_layers;
  const std::size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash == path.npos ? 0 : slash + 1);
  const std::string folder(slash == path.npos ? std::string_view() : path.substr(0, slash + 1));
  if (name == opaque) return folder.empty() ? "/" : folder;
  return name.starts_with(whiteout) && name.size() > whiteout.size()
             ? folder + std::string(name.substr(whiteout.size()))
             : std::string();
}

std::optional<std::string> path_behind_links(
    std::string_view path,
    const std::function<std::optional<std::string>(const std::string& path)>& target_of) {
  std::deque<std::string> left;
  for (std::string& part : split(path, '/')) left.push_back(std::move(part));
  std::vector<std::string> done;
  int links = 0;
  while (!left.empty()) {
    const std::string part = std::move(left.front());
    left.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!done.empty()) done.pop_back();
      continue;
    }
    done.push_back(part);
    const auto target = target_of(joined(done, "/"));
    if (!target) continue;
    if (++links > image_laid_layers::most_links) return std::nullopt;
    done.pop_back();
    if (target->starts_with('/')) done.clear();
    const std::vector<std::string> more = split(*target, '/');
    left.insert(left.begin(), more.begin(), more.end());
  }
  return joined(done, "/");
}

}  // namespace cicd
