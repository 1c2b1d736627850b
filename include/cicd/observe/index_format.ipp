// Mapping, checking and writing the index's bytes: a header, then the sections one after the other, each
// padded to 8 bytes.
#pragma once

#include <cicd/observe/index_format.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>

#include <cicd/system/files.hpp>

namespace cicd::observing {

namespace observe_index_format {
namespace {

struct header {
  std::array<char, 8> magic;
  std::uint64_t byte_order;
  std::uint64_t checksum;  // over everything after this header and over `counts`
  std::array<std::uint64_t, 6> counts;
};

constexpr std::array<char, 8> magic = {'c', 'i', 'c', 'd', 'i', 'd', 'x', 1};
constexpr std::uint64_t byte_order = 0x0102030405060708;

static_assert(sizeof(entry_record) == 88 && sizeof(folder_record) == 64 && sizeof(watch_record) == 64,
              "records have no hidden padding: change the magic's version with them");
static_assert(std::is_trivially_copyable_v<entry_record> && std::is_trivially_copyable_v<folder_record>);

constexpr std::size_t padded(std::size_t size) {
  return (size + 7) & ~std::size_t{7};
}

// Four lanes of multiply and rotate: as fast as memory, and no flipped bit goes unnoticed. Not for
// adversaries.
std::uint64_t mixed(std::uint64_t seed, const char* bytes, std::size_t size) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  std::array<std::uint64_t, 4> lanes = {seed, seed ^ odd, seed + odd, ~seed};
  const auto mix = [&](std::size_t at, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, count);
    auto& lane = lanes[(at / 8) % 4];
    lane = (std::rotl(lane, 29) ^ word) * odd;
  };
  const std::size_t whole = size - size % 8;
  for (std::size_t at = 0; at < whole; at += 8) mix(at, 8);
  if (whole != size) mix(whole, size - whole);
  std::uint64_t sum = size;
  for (const auto lane : lanes) sum = (std::rotl(sum, 31) ^ lane ^ (lane >> 32)) * odd;
  return sum ^ (sum >> 29);
}

std::uint64_t checksum(const header& head, const char* body, std::size_t size) {
  const auto counts =
      mixed(head.byte_order, reinterpret_cast<const char*>(head.counts.data()), sizeof head.counts);
  return mixed(counts, body, size);
}

// The size that the counts ask for, or nothing sensible when they are beyond any file.
std::size_t body_size(const header& head) {
  constexpr std::array<std::size_t, 6> widths = {sizeof(folder_record), sizeof(entry_record),
                                                 sizeof(list_record),   sizeof(watch_record),
                                                 sizeof(text_ref),      1};
  std::size_t size = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (head.counts[i] > std::numeric_limits<std::uint32_t>::max())
      return std::numeric_limits<std::size_t>::max();
    size += padded(head.counts[i] * widths[i]);
  }
  return size;
}

bool sound(const char* bytes, std::size_t size) {
  if (size < sizeof(header)) return false;
  header head{};
  std::memcpy(&head, bytes, sizeof head);
  return head.magic == magic && head.byte_order == byte_order && body_size(head) == size - sizeof head
         && head.checksum == checksum(head, bytes + sizeof head, size - sizeof head);
}

/// Counts off what records refer to, which must lie side by side in the order of the records: so that nothing
/// is beyond the end and nothing is used twice.
class side_by_side {
 public:
  bool take(std::uint32_t first, std::uint32_t count) {
    if (first != taken_) return false;
    taken_ += count;
    return true;
  }
  bool all_of(std::size_t size) const { return taken_ == size; }

 private:
  std::uint64_t taken_ = 0;
};

/// Checks that texts are within their section, and together no longer than it.
class text_budget {
 public:
  explicit text_budget(std::uint64_t size) : size_(size) {}
  bool take(text_ref at) {
    taken_ += at.size;
    return std::uint64_t{at.offset} + at.size <= size_;
  }
  bool is_kept() const { return taken_ <= size_; }

 private:
  std::uint64_t size_, taken_ = 0;
};

/// Whether it is a name in a folder: one that leads to itself or out of it would be walked without end.
bool is_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == text.npos
         && text.find('\0') == text.npos;
}

template <typename Section>
void append(std::string& to, const Section& section) {
  to.append(reinterpret_cast<const char*>(section.data()), section.size() * sizeof(*section.data()));
  to.resize(padded(to.size()));
}

template <typename Record>
std::span<Record> taken(char*& from, std::uint64_t count) {
  const std::span<Record> records(reinterpret_cast<Record*>(from), count);
  from += padded(count * sizeof(Record));
  return records;
}

}  // namespace
}  // namespace observe_index_format

text_ref index_parts::add(std::string_view text) {
  const text_ref at{static_cast<std::uint32_t>(texts.size()), static_cast<std::uint32_t>(text.size())};
  texts.append(text);
  return at;
}

std::string index_bytes(const index_parts& parts) {
  if (parts.texts.size() > std::numeric_limits<std::uint32_t>::max()) return {};
  observe_index_format::header head{observe_index_format::magic,
                                    observe_index_format::byte_order,
                                    0,
                                    {parts.folders.size(), parts.entries.size(), parts.lists.size(),
                                     parts.watches.size(), parts.names.size(), parts.texts.size()}};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  bytes.reserve(sizeof head + observe_index_format::body_size(head));
  observe_index_format::append(bytes, parts.folders);
  observe_index_format::append(bytes, parts.entries);
  observe_index_format::append(bytes, parts.lists);
  observe_index_format::append(bytes, parts.watches);
  observe_index_format::append(bytes, parts.names);
  observe_index_format::append(bytes, parts.texts);
  seal_index(bytes);
  return bytes;
}

void seal_index(std::string& bytes) {
  observe_index_format::header head{};
  if (bytes.size() < sizeof head) return;
  std::memcpy(&head, bytes.data(), sizeof head);
  head.checksum =
      observe_index_format::checksum(head, bytes.data() + sizeof head, bytes.size() - sizeof head);
  std::memcpy(bytes.data(), &head, sizeof head);
}

index_image::index_image(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return;
  struct stat now {};
  if (::fstat(file, &now) == 0 && S_ISREG(now.st_mode) && now.st_size > 0) {
    size_ = static_cast<std::size_t>(now.st_size);
    mapped_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (mapped_ == MAP_FAILED) mapped_ = nullptr;
  }
  ::close(file);
  if (mapped_ == nullptr || !observe_index_format::sound(static_cast<const char*>(mapped_), size_)) return;
  use_sections();
  if (refers_within()) return;
  folders = {};
  entries = {};
  lists = {};
  watches = {};
  names = {};
}

index_image::~index_image() {
  if (mapped_ != nullptr) ::munmap(mapped_, size_);
}

void index_image::use_sections() {
  observe_index_format::header head{};
  std::memcpy(&head, mapped_, sizeof head);
  char* at = static_cast<char*>(mapped_) + sizeof head;
  folders = observe_index_format::taken<folder_record>(at, head.counts[0]);
  entries = observe_index_format::taken<entry_record>(at, head.counts[1]);
  lists = observe_index_format::taken<list_record>(at, head.counts[2]);
  watches = observe_index_format::taken<watch_record>(at, head.counts[3]);
  names = observe_index_format::taken<text_ref>(at, head.counts[4]);
  texts = at;
}

/// Whether every number in the records leads to what is there. The checksum does not say so: the writer may
/// have been wrong, or no writer of ours.
bool index_image::refers_within() const {
  observe_index_format::header head{};
  std::memcpy(&head, mapped_, sizeof head);
  observe_index_format::text_budget text_of(head.counts[5]);
  observe_index_format::side_by_side of_folders, of_lists, of_watches;
  const auto folder_is_good = [&](const folder_record& one) {
    return text_of.take(one.path) && of_folders.take(one.first_entry, one.entries);
  };
  const auto entry_is_good = [&](const entry_record& one) {
    return text_of.take(one.name) && observe_index_format::is_name(text(one.name))
           && one.kind <= static_cast<std::uint8_t>(entry_kind::other);
  };
  const auto list_is_good = [&](const list_record& one) {
    return text_of.take(one.key) && of_lists.take(one.first_watch, one.watches);
  };
  const auto watch_is_good = [&](const watch_record& one) {
    if (!text_of.take(one.path)) return false;
    return one.folder == 0 ? one.names == 0 : of_watches.take(one.first_name, one.names);
  };
  return std::ranges::all_of(folders, folder_is_good) && std::ranges::all_of(entries, entry_is_good)
         && std::ranges::all_of(lists, list_is_good) && std::ranges::all_of(watches, watch_is_good)
         && std::ranges::all_of(
             names,
             [&](text_ref one) { return text_of.take(one) && observe_index_format::is_name(text(one)); })
         && of_folders.all_of(entries.size()) && of_lists.all_of(watches.size())
         && of_watches.all_of(names.size()) && text_of.is_kept();
}

const folder_record* index_image::folder(std::string_view path) const {
  const auto found = std::lower_bound(
      folders.begin(), folders.end(), path,
      [this](const folder_record& of, std::string_view than) { return text(of.path) < than; });
  return found != folders.end() && text(found->path) == path ? &*found : nullptr;
}

const list_record* index_image::list(std::string_view key) const {
  const auto found =
      std::lower_bound(lists.begin(), lists.end(), key,
                       [this](const list_record& of, std::string_view than) { return text(of.key) < than; });
  return found != lists.end() && text(found->key) == key ? &*found : nullptr;
}

}  // namespace cicd::observing
