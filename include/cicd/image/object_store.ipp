// A folder as a bucket: an object is a file, which appears whole and once.
#pragma once

#include <cicd/image/object_store.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_object_store {
namespace {

/// What is written is given its name when it is whole.
constexpr const char* begun = ".part-";

class folder final : public object_store {
 public:
  explicit folder(std::string at) : at_(std::move(at)) {}

  std::string address(const std::string& key) const override { return at_ + "/" + key; }
  std::string inspect_command(const std::string& key) const override {
    return "ls -l " + shell_quoted(address(key));
  }

  result<std::optional<std::string>> get(const std::string& key) override {
    return read_below_if_there(at_, key, {.limit = std::size_t{1} << 30U});
  }

  result<bool> has(const std::string& key) override {
    const auto place = place_below(at_, key);
    if (!place) return place.error();
    return *place && exists(**place);
  }

  result<bool> put_new(const std::string& key, const std::string& bytes) override {
    const std::string to = address(key), part = part_name(at_ + "/" + begun);
    const auto there = has(key);
    if (!there || *there) return there ? result<bool>(false) : result<bool>(there.error());
    if (status made = make_folder(to.substr(0, to.rfind('/'))); !made) return std::move(made).error();
    if (status written = write_file(part, bytes, durability::durable); !written)
      return std::move(written).error();
    // A link never replaces what is there: of two that write at once one is first.
    const int linked = ::link(part.c_str(), to.c_str());
    const int reason = errno;
    ::unlink(part.c_str());
    if (linked == 0) return true;
    if (reason == EEXIST) return false;
    errno = reason;
    return image_system_error(exit_class::cannot_save, "cannot write", to);
  }

  result<std::vector<std::string>> list(const std::string& prefix) override {
    std::vector<std::string> keys;
    if (!is_folder(at_)) return keys;
    const auto entries = list_tree(at_);
    if (!entries) return entries.error();
    for (const tree_entry& each : *entries)
      if (each.kind == entry_kind::file && each.path.starts_with(prefix) && !each.path.starts_with(begun))
        keys.push_back(each.path);
    std::ranges::sort(keys);
    return keys;
  }

  result<key_page> list_after(const std::string& prefix, const std::string& after) override {
    result<std::vector<std::string>> keys = list(prefix);
    if (!keys) return std::move(keys).error();
    std::erase_if(*keys, [&](const std::string& each) { return each <= after; });
    return key_page{*std::move(keys), false};
  }

  status remove(const std::string& key) override {
    const auto there = has(key);
    if (!there) return there.error();
    if (!*there || ::unlink(address(key).c_str()) == 0) return {};
    return image_system_error(exit_class::cannot_save, "cannot delete", address(key));
  }

 private:
  std::string at_;
};

}  // namespace
}  // namespace image_object_store

std::unique_ptr<object_store> folder_store(const std::string& folder) {
  return std::make_unique<image_object_store::folder>(folder);
}

std::optional<object_place> object_place_from(std::string_view text) {
  constexpr std::string_view outside = "s3://", embedded = "bucket:";
  if (text.starts_with(embedded)) return object_place{{}, std::string(text.substr(embedded.size()))};
  if (!text.starts_with(outside)) return std::nullopt;
  text.remove_prefix(outside.size());
  const std::string_view bucket = text.substr(0, text.find('/'));
  if (bucket.empty()) return std::nullopt;
  text.remove_prefix(std::min(text.size(), bucket.size() + 1));
  return object_place{std::string(bucket), std::string(text)};
}

std::unique_ptr<object_store> store_of(const object_place& at,
                                       const std::string& folder,
                                       const surroundings& around,
                                       const cancellation* cancelled) {
  return at.bucket.empty() ? folder_store(folder) : s3_store(at.bucket, around, cancelled);
}

}  // namespace cicd
