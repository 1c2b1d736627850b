// Laying an image out in a folder.
#pragma once

#include <cicd/image/root_folder.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/file_bytes.hpp>
#include <cicd/image/laid_layers.hpp>
#include <cicd/image/layer_members.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_root_folder {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? std::string() : path.substr(0, slash);
}
std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

/// Lays one layer over what is there.
class laying {
 public:
  explicit laying(const std::string& root) : root_(root), sets_owners_(::geteuid() == 0) {}

  status put(const layer_member& member, const member_content& content) {
    if (member.kind == entry_kind::other) return {};
    if (const std::string gone = taken_away_by(member.path); !gone.empty()) return take(gone);
    const auto at = place_of(member.path);
    if (!at) return at.error();
    own_.insert(member.path);
    if (status made = make(member, *at, content); !made) return made;
    return member.is_other_name ? status{} : give(member, *at);
  }

 private:
  /// The folder above is made where no layer lists it.
  result<std::string> place_of(const std::string& path) const {
    const auto above = place_in_root(root_, folder_of(path));
    if (!above) return image_error(exit_class::usage, "links in the image lead round in a circle", path);
    if (status made = make_folder(*above); !made) return made.error();
    return *above + "/" + name_of(path);
  }

  status make(const layer_member& member, const std::string& at, const member_content& content) const {
    const bool stays = member.kind == entry_kind::folder && is_folder(at) && !link_target(at);
    if (stays) return {};
    if (status removed = remove_tree(at); !removed) return removed;
    if (member.is_other_name) return link_to(member, at);
    if (member.kind == entry_kind::folder) return ::mkdir(at.c_str(), 0755) == 0 ? status{} : cannot_make(at);
    if (member.kind == entry_kind::link)
      return ::symlink(member.link.c_str(), at.c_str()) == 0 ? status{} : cannot_make(at);
    const open_file file(::open(at.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return cannot_make(at);
    return content([&](std::string_view bytes) { return write_all(file.get(), bytes, at); });
  }

  status link_to(const layer_member& member, const std::string& at) const {
    const auto of = place_in_root(root_, folder_of(member.link));
    const std::string from = of.value_or(root_) + "/" + name_of(member.link);
    return ::link(from.c_str(), at.c_str()) == 0 ? status{} : cannot_make(at);
  }

  status give(const layer_member& member, const std::string& at) const {
    if (sets_owners_ && ::lchown(at.c_str(), member.user, member.group) != 0) return cannot_make(at);
    if (member.kind == entry_kind::link) return {};
    return ::chmod(at.c_str(), member.mode) == 0 ? status{} : cannot_make(at);
  }

  /// What this layer brings itself stays.
  status take(const std::string& gone) const {
    const bool below_alone = gone.ends_with('/');
    const std::string path = below_alone ? gone.substr(0, gone.size() - 1) : gone;
    if (!below_alone && own_.contains(path)) return {};
    const auto above = place_in_root(root_, below_alone ? path : folder_of(path));
    if (!above) return {};
    if (!below_alone) return remove_tree(*above + "/" + name_of(path));
    std::error_code failed;
    for (const auto& each : std::filesystem::directory_iterator(*above, failed)) {
      const std::string name = each.path().filename().string();
      const std::string inside = path.empty() ? name : path + "/" + name;
      const auto brought = own_.lower_bound(inside);
      if (brought != own_.end() && (*brought == inside || brought->starts_with(inside + "/"))) continue;
      if (status removed = remove_tree(each.path().string()); !removed) return removed;
    }
    return {};
  }

  static error cannot_make(const std::string& at) {
    return image_system_error(exit_class::cannot_save, "cannot write", at);
  }

  const std::string& root_;
  bool sets_owners_;
  std::set<std::string> own_;
};

std::optional<std::uint32_t> number_from(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The text of a file of the image; empty where it is not there.
std::string text_in(const std::string& root, const std::string& file) {
  const auto at = place_in_root(root, file);
  return at ? read_file_if_there(*at).value_or(std::nullopt).value_or("") : std::string();
}

/// The line of a passwd or group file whose first field, or whose number, is that; empty where none is.
std::vector<std::string> account_in(const std::string& text, const std::string& said) {
  for (const std::string& line : split(text, '\n'))
    if (std::vector<std::string> fields = split(line, ':');
        fields.size() > 2 && (fields[0] == said || fields[2] == said))
      return fields;
  return {};
}

}  // namespace
}  // namespace image_root_folder

std::optional<std::string> place_in_root(const std::string& root, const std::string& path) {
  const auto behind =
      path_behind_links(path, [&](const std::string& each) { return link_target(root + "/" + each); });
  if (!behind) return std::nullopt;
  return behind->empty() ? root : root + "/" + *behind;
}

status lay_out_root(const std::string& layout,
                    const std::vector<oci_descriptor>& layers,
                    const std::string& root,
                    const unpack_limit& limit,
                    const cancellation* cancelled) {
  const oci_layout from(layout);
  for (const oci_descriptor& each : layers) {
    if (status whole = from.check(each); !whole) return whole;
    image_root_folder::laying layer(root);
    const status laid = each_member_of_layer(from.blob_path(each.content), limit, cancelled,
                                             [&](const layer_member& member, const member_content& content) {
                                               return layer.put(member, content);
                                             });
    if (!laid) return error(laid.error()).with("layer", oci_text(each.content));
  }
  return {};
}

std::optional<std::uint32_t> user_number_in(const std::string& passwd, const std::string& said) {
  using namespace image_root_folder;
  const std::vector<std::string> account = account_in(passwd, said);
  return number_from(account.empty() ? said : account[2]);
}

result<container_user> container_user_of(const std::string& root, const std::string& said) {
  using namespace image_root_folder;
  container_user found;
  const std::string name = said.substr(0, said.find(':'));
  const std::string group = said.find(':') == said.npos ? std::string() : said.substr(said.find(':') + 1);
  if (name.empty()) return found;
  const std::string passwd = text_in(root, "etc/passwd");
  const std::vector<std::string> account = account_in(passwd, name);
  const auto number = user_number_in(passwd, name);
  if (!number)
    return image_error(exit_class::usage, "the image has no such user", name)
        .with("allowed", "a number, or a name of its /etc/passwd");
  found.user = *number;
  if (account.size() > 3) found.group = number_from(account[3]).value_or(0);
  if (group.empty()) return found;
  const std::vector<std::string> line = account_in(text_in(root, "etc/group"), group);
  const auto of_group = line.empty() ? number_from(group) : number_from(line[2]);
  if (!of_group)
    return image_error(exit_class::usage, "the image has no such group", group)
        .with("allowed", "a number, or a name of its /etc/group");
  found.group = *of_group;
  return found;
}

}  // namespace cicd
