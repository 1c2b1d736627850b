// An image's layers laid over each other, as a container sees them: what is kept of a file is up to the
// caller.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/image/layer_members.hpp>
#include <cicd/image/unpack_limit.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

/// By path, without the leading slash. A folder that no layer lists is not there. `File` has `kind`, and of a
/// link where it points as `link`.
template <typename File>
using laid_files = std::map<std::string, File, std::less<>>;

/// One layer, read by itself.
template <typename File>
struct read_layer {
  laid_files<File> own;
  std::vector<std::string> taken_away;             ///< of the layers below, as `taken_away_by` says it
  std::map<std::string, std::string> other_names;  ///< path → the file below that it is another name of
};

/// The name of what a whiteout takes away: of `etc/.wh.motd` it is `etc/motd`; empty where it is none.
/// `.wh..wh..opq` gives the folder with a slash behind it: all that lies below.
std::string taken_away_by(std::string_view path);

/// Takes `path` and all below it out of what is sorted by path. With a slash behind it what lies below it
/// alone.
template <typename File>
void take_away(laid_files<File>& from, std::string_view path) {
  const bool below_alone = path.ends_with('/');
  const std::string folder = below_alone ? std::string(path) : std::string(path) + "/";
  if (!below_alone)
    if (const auto found = from.find(path); found != from.end()) from.erase(found);
  auto at = folder == "/" ? from.begin() : from.lower_bound(folder);
  while (at != from.end() && (folder == "/" || at->first.starts_with(folder))) at = from.erase(at);
}

/// What lies below a file or link that comes in place of a folder goes with it.
template <typename File>
void put_over(laid_files<File>& all, const std::string& path, File file) {
  if (file.kind != entry_kind::folder) take_away(all, path);
  all.insert_or_assign(path, std::move(file));
}

/// Reads the tar of one layer. `keep` gives what is kept of a member that is no other name of a file.
template <typename File>
result<read_layer<File>> layer_in(
    const std::string& blob,
    const unpack_limit& limit,
    const cancellation* cancelled,
    const std::function<result<File>(const layer_member& member, const member_content& content)>& keep) {
  read_layer<File> layer;
  const auto meet = [&](const layer_member& member, const member_content& content) -> status {
    if (std::string gone = taken_away_by(member.path); !gone.empty()) {
      layer.taken_away.push_back(std::move(gone));
      return {};
    }
    layer.other_names.erase(member.path);
    if (member.is_other_name) {
      if (const auto of = layer.own.find(member.link); of != layer.own.end())
        put_over(layer.own, member.path, File(of->second));
      else
        layer.other_names[member.path] = member.link;
      return {};
    }
    auto file = keep(member, content);
    if (!file) return std::move(file).error();
    put_over(layer.own, member.path, *std::move(file));
    return {};
  };
  if (status read = each_member_of_layer(blob, limit, cancelled, meet); !read) return std::move(read).error();
  return layer;
}

/// What a layer takes away is of the layers below it, wherever in the layer that is said. Another name of
/// what is nowhere is an empty file.
template <typename File>
void lay_over(laid_files<File>& all, read_layer<File> layer) {
  for (const std::string& gone : layer.taken_away) take_away(all, gone);
  for (const auto& [path, of] : layer.other_names) {
    const auto own = layer.own.find(of), below = all.find(of);
    File file = own != layer.own.end() ? own->second : below != all.end() ? below->second : File{};
    layer.own.insert_or_assign(path, std::move(file));
  }
  for (auto& [path, file] : layer.own) put_over(all, path, std::move(file));
}

/// `path` with the links in it followed, as a container would; `target_of` says where the link at a path
/// points, and nothing of what is none. Empty is the root; nothing where links lead round in a circle.
std::optional<std::string> path_behind_links(
    std::string_view path,
    const std::function<std::optional<std::string>(const std::string& path)>& target_of);

/// The names of wanted files, with the path of each behind links: of a link that is wanted by its own name,
/// and of what lies behind a link to a folder and is wanted by that way alone.
template <typename File>
std::map<std::string, std::string> wanted_in(const laid_files<File>& all,
                                             const std::function<bool(std::string_view path)>& is_wanted) {
  std::map<std::string, std::string> names;
  const auto behind = [&](std::string_view path) {
    return path_behind_links(path, [&](const std::string& each) -> std::optional<std::string> {
      const auto found = all.find(each);
      if (found == all.end() || found->second.kind != entry_kind::link) return std::nullopt;
      return found->second.link;
    });
  };
  const auto add = [&](const std::string& name, std::string_view path) {
    const auto real = behind(path);
    const auto found = real ? all.find(*real) : all.end();
    if (found != all.end() && found->second.kind == entry_kind::file) names[name] = *real;
  };
  for (const auto& [path, file] : all) {
    if (file.kind != entry_kind::folder && is_wanted(path)) add(path, path);
    if (file.kind != entry_kind::link) continue;
    const auto folder = behind(path);
    if (!folder || folder->empty()) continue;
    for (auto at = all.lower_bound(*folder + "/"); at != all.end() && at->first.starts_with(*folder + "/");
         ++at)
      if (const std::string name = path + at->first.substr(folder->size());
          is_wanted(name) && !is_wanted(at->first))
        add(name, at->first);
  }
  return names;
}

}  // namespace cicd
