// A folder in the OCI image layout.
#pragma once

#include <cicd/image/oci_layout.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/file_bytes.hpp>

namespace cicd {

namespace image_oci_layout {
namespace {

constexpr std::string_view tag_annotation = "org.opencontainers.image.ref.name";
constexpr std::string_view layout_mark = "{\"imageLayoutVersion\":\"1.0.0\"}";
constexpr std::uint64_t largest_document = 4U << 20U;

/// `path` is the layout's index or one of its blobs.
error corrupt(std::string what, const std::string& path) {
  const std::size_t end = std::min(path.rfind("/blobs/sha256/"), path.rfind("/index.json"));
  const std::string folder = path.substr(0, end);
  return image_error(exit_class::corrupt, std::move(what), path)
      .with("try", fmt::format("mv {} {}, then run again, which makes it anew", shell_quoted(folder),
                               shell_quoted(folder + ".damaged")));
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first {
  }, second{};
  return ::lstat(a.c_str(), &first) == 0 && ::lstat(b.c_str(), &second) == 0 && first.st_ino == second.st_ino
         && first.st_dev == second.st_dev;
}

status sync_file(const std::string& path) {
  const open_file file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0)
    return image_system_error(exit_class::cannot_save, "cannot write", path);
  return {};
}

/// What is durable shares no bytes with a file that others may write to.
status put_beside(const std::string& file, const std::string& to, durability how) {
  if (auto removed = remove_tree(to); !removed) return removed;
  if (how == durability::fast && ::link(file.c_str(), to.c_str()) == 0) return {};
  if (auto copied = copy_entry(file, to); !copied) return copied;
  return how == durability::durable ? sync_file(to) : status{};
}

result<std::vector<oci_descriptor>> read_index(const std::string& text, const std::string& path) {
  auto index = parse_json(text);
  if (!index) return corrupt("the index of an image layout is not JSON", path);
  if ((*index)["schemaVersion"].integer() != 2 || !(*index)["manifests"].is_array())
    return corrupt("the index of an image layout is not of version 2", path);
  std::vector<oci_descriptor> images;
  for (const auto& value : (*index)["manifests"].elements()) {
    auto image = oci_descriptor::from(value);
    if (!image) return corrupt("the index of an image layout holds an entry without digest and size", path);
    images.push_back(*std::move(image));
  }
  return images;
}

/// The one that is meant among the images of an index.
result<oci_descriptor> chosen(const std::vector<oci_descriptor>& images,
                              const std::string& tag,
                              const std::string& folder) {
  std::vector<oci_descriptor> matching;
  std::ranges::copy_if(images, std::back_inserter(matching),
                       [&](const auto& image) { return tag.empty() || image.tag == tag; });
  if (matching.size() == 1) return matching.front();
  auto failure = image_error(
      exit_class::usage,
      matching.empty() ? (tag.empty() ? "the image layout is empty" : "no such tag in the image layout")
                       : "several images in the image layout; a tag says which one is meant",
      tag.empty() ? folder : folder + ":" + tag);
  std::vector<std::string> tags;
  for (const auto& image : images) tags.push_back(image.tag.empty() ? oci_text(image.content) : image.tag);
  return std::move(failure)
      .with("did you mean", nearest(tag, tags).value_or(""))
      .with("tags there", tags.empty() ? "none" : joined(tags, ", "));
}

result<oci_descriptor> of_platform(const oci_layout& layout,
                                   const oci_descriptor& index,
                                   const std::string& architecture) {
  auto document = layout.document(index);
  if (!document) return std::move(document).error();
  std::vector<std::string> there;
  for (const auto& value : (*document)["manifests"].elements()) {
    auto image = oci_descriptor::from(value);
    if (image && image->architecture == architecture && image->media_type == oci_manifest_type) return *image;
    if (image) there.push_back(image->architecture);
  }
  return image_error(exit_class::usage, "the image is not there for this architecture", architecture)
      .with("there", joined(there, ", "));
}

}  // namespace
}  // namespace image_oci_layout

json oci_descriptor::as_json() const {
  json value;
  value.set("mediaType", media_type);
  value.set("digest", oci_text(content));
  value.set("size", size);
  if (!architecture.empty()) {
    json platform = json().set("architecture", architecture).set("os", "linux");
    if (!variant.empty()) platform.set("variant", variant);
    value.set("platform", std::move(platform));
  }
  if (!tag.empty()) value.set("annotations", json().set(std::string(image_oci_layout::tag_annotation), tag));
  return value;
}

std::optional<oci_descriptor> oci_descriptor::from(const json& value) {
  const auto content = digest_from(value["digest"].text());
  const auto size = value["size"].integer(-1);
  if (!content || size < 0) return std::nullopt;
  return oci_descriptor{.media_type = value["mediaType"].text(oci_manifest_type),
                        .content = *content,
                        .size = static_cast<std::uint64_t>(size),
                        .tag = value["annotations"][image_oci_layout::tag_annotation].text(),
                        .architecture = value["platform"]["architecture"].text(),
                        .variant = value["platform"]["variant"].text()};
}

status oci_layout::prepare() const {
  if (auto made = make_folder(folder_ + "/blobs/sha256"); !made) return made;
  const std::string mark = folder_ + "/oci-layout";
  return exists(mark) ? status{} : write_file(mark, image_oci_layout::layout_mark, durability::fast);
}

result<oci_descriptor> oci_layout::put(std::string_view bytes,
                                       std::string_view media_type,
                                       durability how) const {
  const digest content = sha256(bytes);
  if (auto written = write_file(blob_path(content), bytes, how); !written) return written.error();
  return oci_descriptor{.media_type = std::string(media_type),
                        .content = content,
                        .size = bytes.size(),
                        .tag = {},
                        .architecture = {}};
}

status oci_layout::adopt(const std::string& file, const digest& content, durability how) const {
  const std::string to = blob_path(content);
  if (how == durability::fast && image_oci_layout::is_same_file(file, to)) return {};
  if (exists(to))
    if (auto there = digest_of_file(to); there && there->content == content) return {};
  const std::string beside = to + ".new";
  if (auto taken = image_oci_layout::put_beside(file, beside, how); !taken) return taken;
  return rename_over(beside, to);
}

result<std::optional<std::vector<oci_descriptor>>> oci_layout::index() const {
  const std::string path = folder_ + "/index.json";
  auto text = read_below_if_there(folder_, "index.json");
  if (!text) return std::move(text).error();
  if (!*text) return std::optional<std::vector<oci_descriptor>>();
  auto images = image_oci_layout::read_index(**text, path);
  if (!images) return std::move(images).error();
  return std::optional(*std::move(images));
}

status oci_layout::write_index(const std::vector<oci_descriptor>& images, durability how) const {
  json index;
  index.set("schemaVersion", 2);
  index.set("mediaType", std::string(oci_index_type));
  json list = json::array{};
  for (const auto& image : images) list.push(image.as_json());
  index.set("manifests", std::move(list));
  return write_file(folder_ + "/index.json", compact(index), how);
}

result<json> oci_layout::document(const oci_descriptor& of) const {
  const std::string path = blob_path(of.content);
  if (of.size > image_oci_layout::largest_document)
    return image_oci_layout::corrupt("a manifest or config of more than 4 MiB", path);
  if (auto checked = check(of); !checked) return checked.error();
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  auto document = parse_json(*text);
  if (!document) return image_oci_layout::corrupt("a manifest or config that is not JSON", path);
  return document;
}

status oci_layout::check(const oci_descriptor& of) const {
  const std::string path = blob_path(of.content);
  if (auto inside = place_below(folder_, "blobs/sha256"); !inside) return inside.error();
  if (!exists(path)) return image_oci_layout::corrupt("a blob of the image is missing", path);
  auto read = digest_of_file(path);
  if (!read) return std::move(read).error();
  if (read->content == of.content && read->stamp.size == of.size) return {};
  return image_oci_layout::corrupt("a blob of the image is not what its name says", path)
      .with("expected", fmt::format("{}, {} bytes", oci_text(of.content), of.size))
      .with("found", fmt::format("{}, {} bytes", oci_text(read->content), read->stamp.size));
}

status oci_layout::prune(const std::vector<digest>& kept) const {
  std::vector<std::string> names;
  for (const auto& one : kept) names.push_back(hex(one));
  std::ranges::sort(names);
  std::error_code failed;
  for (const auto& there : std::filesystem::directory_iterator(folder_ + "/blobs/sha256", failed)) {
    const std::string name = there.path().filename().string();
    if (std::ranges::binary_search(names, name)) continue;
    if (auto removed = remove_tree(there.path().string()); !removed) return removed;
  }
  return {};
}

std::string image_platform(const std::string& system,
                           const std::string& architecture,
                           const std::string& variant) {
  const bool is_said = !variant.empty() && architecture != "arm64";
  return system + "/" + architecture + (is_said ? "/" + variant : "");
}

std::string image_platform(const json& of) {
  return image_platform(of["os"].text("linux"), of["architecture"].text("unknown"), of["variant"].text());
}

std::pair<std::string, std::string> layout_and_tag(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || text.find('/', colon) != std::string::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

result<oci_descriptor> entry_in(const oci_layout& layout, const std::string& tag) {
  auto images = layout.index();
  if (!images) return std::move(images).error();
  if (!*images)
    return image_error(exit_class::usage, "no image layout", layout.folder())
        .with("expected", "a folder with index.json and blobs/sha256");
  return image_oci_layout::chosen(**images, tag, layout.folder());
}

result<oci_descriptor> manifest_in(const oci_layout& layout,
                                   const std::string& tag,
                                   const std::string& architecture) {
  auto image = entry_in(layout, tag);
  if (!image || image->media_type != oci_index_type) return image;
  return image_oci_layout::of_platform(layout, *image, architecture);
}

}  // namespace cicd
