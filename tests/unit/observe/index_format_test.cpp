// The index on the disk: what was written comes back, and bytes that say anything else, under a right
// checksum too, are an empty index or one that can be used without leaving the file.
#include <cicd/observe/index_format.hpp>

#include <fstream>
#include <random>

#include <cicd/observe/folder_store.hpp>

#include "scratch.hpp"

namespace {

using namespace cicd;
using namespace cicd::observing;
using observe_test::scratch;

/// Two folders, three files, a list with a file and a folder.
index_parts small_index() {
  index_parts parts;
  stamp when;
  when.inode = 7;
  for (const char* folder : {"/src", "/src/below"}) {
    folder_record record{};
    record.path = parts.add(folder);
    record.when = when;
    record.first_entry = static_cast<std::uint32_t>(parts.entries.size());
    record.entries = 2;
    record.last_used = 4'000'000'000U;
    record.listed = 1;
    parts.folders.push_back(record);
    for (const char* name : {"a.txt", "b.txt"}) {
      entry_record entry{};
      entry.name = parts.add(name);
      entry.when = when;
      parts.entries.push_back(entry);
    }
  }
  parts.watches.push_back({parts.add("/src/.git/index"), when, 0, 0, 1, 0});
  parts.watches.push_back({parts.add("/src"), when, 0, 2, 1, 1});
  parts.names.push_back(parts.add("a.txt"));
  parts.names.push_back(parts.add("b.txt"));
  parts.lists.push_back({parts.add("/src"), 0, 2, 4'000'000'000U, 1});
  return parts;
}

void put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Touches all that an index gives, and has it written again.
std::size_t used(const std::string& path, const std::string& copy) {
  std::size_t seen = 0;
  const index_image image(path);
  for (const folder_record& folder : image.folders) {
    const folder_view view(std::string(image.text(folder.path)), image);
    for (std::uint32_t at = 0; at < view.entries.size(); ++at) seen += view.name(at).size();
  }
  put(copy, *read_file(path));
  folder_store store(copy);
  for (const list_record& list : image.lists) {
    const git_list* held = store.list_of(std::string(image.text(list.key)));
    if (held == nullptr) continue;
    for (const auto& folder : held->folders)
      for (const auto name : folder.names()) seen += held->text(name).size();
  }
  store.view_of("/new").learnt = true;
  EXPECT_TRUE(store.save());
  return seen;
}

TEST(an_index_image, gives_what_was_written) {
  const scratch with;
  put(with.index(), index_bytes(small_index()));
  const index_image image(with.index());
  ASSERT_EQ(image.folders.size(), 2U);
  ASSERT_NE(image.folder("/src/below"), nullptr);
  EXPECT_EQ(image.text(image.entries[3].name), "b.txt");
  ASSERT_NE(image.list("/src"), nullptr);
  EXPECT_EQ(image.watches.size(), 2U);
}

TEST(an_index_image, with_a_right_checksum_and_a_reference_beyond_its_end_is_empty) {
  const std::vector<std::pair<const char*, std::function<void(index_parts&)>>> harms = {
      {"a folder's path", [](index_parts& of) { of.folders[0].path.offset = 4'000'000'000U; }},
      {"the length of a folder's path", [](index_parts& of) { of.folders[0].path.size = 0xffffffffU; }},
      {"a folder's first entry", [](index_parts& of) { of.folders[1].first_entry = 4'000'000'000U; }},
      {"a folder's entries", [](index_parts& of) { of.folders[1].entries = 0xffffffffU; }},
      {"entries of two folders", [](index_parts& of) { of.folders[1].first_entry = 0; }},
      {"entries of no folder", [](index_parts& of) { of.folders[1].entries = 1; }},
      {"an entry's name", [](index_parts& of) { of.entries[2].name.offset = 0x7fffffffU; }},
      {"an entry's kind", [](index_parts& of) { of.entries[2].kind = 200; }},
      {"a list's key", [](index_parts& of) { of.lists[0].key.size = 4000; }},
      {"a list's watches", [](index_parts& of) { of.lists[0].watches = 0xffffffffU; }},
      {"a list's first watch", [](index_parts& of) { of.lists[0].first_watch = 2; }},
      {"a watch's path", [](index_parts& of) { of.watches[0].path.offset = 0xffffff00U; }},
      {"a watch's names", [](index_parts& of) { of.watches[1].names = 4'000'000'000U; }},
      {"names of a file", [](index_parts& of) { of.watches[0].names = 1; }},
      {"a listed name", [](index_parts& of) { of.names[1].offset = 0xfffffffeU; }},
      {"the same long text for all", [](index_parts& of) {
         const text_ref shared = of.add(std::string(1000, 'x'));
         for (auto& one : of.entries) one.name = shared;
         for (auto& one : of.names) one = shared;
       }}};
  const scratch with;
  for (const auto& [what, harm] : harms) {
    index_parts parts = small_index();
    harm(parts);
    put(with.index(), index_bytes(parts));
    const index_image image(with.index());
    EXPECT_TRUE(image.folders.empty() && image.entries.empty() && image.lists.empty()) << what;
    EXPECT_EQ(used(with.index(), with.path() + "/copy"), 0U) << what;
  }
}

TEST(an_index_image, with_a_name_that_leads_out_of_its_folder_or_to_itself_is_empty) {
  const scratch with;
  for (const std::string_view name : {std::string_view("."), std::string_view(".."), std::string_view(""),
                                      std::string_view("a/b"), std::string_view("a\0b", 3)}) {
    for (const bool listed : {false, true}) {
      index_parts parts = small_index();
      (listed ? parts.names[0] : parts.entries[0].name) = parts.add(name);
      put(with.index(), index_bytes(parts));
      EXPECT_TRUE(index_image(with.index()).folders.empty()) << name;
    }
  }
}

TEST(an_index_image, of_any_bytes_under_a_right_checksum_is_used_without_leaving_it) {
  const scratch with;
  const std::string good = index_bytes(small_index());
  std::mt19937 dice(20261129);
  const auto below = [&dice](std::size_t end) { return static_cast<std::size_t>(dice()) % end; };
  constexpr std::array<unsigned char, 6> liked = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
  std::size_t kept = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = good;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes)
      bytes[24 + below(bytes.size() - 24)] = static_cast<char>(
          below(2) == 0 ? liked[below(liked.size())] : static_cast<unsigned char>(below(256)));
    seal_index(bytes);
    put(with.index(), bytes);
    kept += used(with.index(), with.path() + "/copy") > 0 ? 1 : 0;
  }
  EXPECT_GT(kept, 100U) << "most of a record is free to say anything";
  EXPECT_LT(kept, 1900U);
}

}  // namespace
