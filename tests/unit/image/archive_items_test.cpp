#include <cicd/image/archive_items.hpp>

#include <cstdio>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using image_tests::member;
using image_tests::value_of;

class archive_items : public image_tests::in_folder {
 protected:
  result<unpacked_items> unpacked(const std::string& name = "root.tar", const unpack_limit& limit = {}) {
    std::filesystem::remove_all(at("scratch"));
    std::filesystem::create_directories(at("scratch"));
    return items_of_tar(at(name), at("scratch"), limit, nullptr);
  }

  result<std::vector<layer_item>> items_of(const std::vector<member>& members,
                                           const std::string& name = "root.tar") {
    image_tests::write_tar(at(name), members);
    auto all = unpacked(name);
    if (!all) return std::move(all).error();
    return std::move(all->items);
  }

  /// A ustar of one member whose header says `size` and that ends after it: what holes and false sizes are.
  void write_header(const std::string& name, std::uint64_t size) {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    header.replace(100, 7, "0000644");
    header.replace(108, 7, "0000000");
    header.replace(116, 7, "0000000");
    header[124] = '\x80';
    for (int at = 0; at < 8; ++at)
      header[135 - at] = static_cast<char>(size >> (8U * static_cast<unsigned>(at)));
    header.replace(136, 11, "00000000000");
    header.replace(148, 8, "        ");
    header[156] = '0';
    header.replace(257, 8, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char one : header) sum += static_cast<unsigned char>(one);
    std::snprintf(&header[148], 8, "%06o", sum);
    write("root.tar", header);
  }

  error refusal(const std::vector<member>& members) {
    auto items = items_of(members);
    EXPECT_FALSE(items);
    return items ? error{} : items.error();
  }
};

const member sticky_folder{.name = "./tmp/", .content = {}, .type = AE_IFDIR, .mode = 01777};

TEST_F(archive_items, of_a_tar_in_any_packing_keep_names_modes_and_contents) {
  for (const char* name : {"root.tar", "root.tar.gz", "root.tar.xz", "root.tar.zst"}) {
    const auto items = items_of({sticky_folder,
                                 {.name = "./etc/ö", .content = "text", .mode = 0600},
                                 {.name = "etc/link", .content = {}, .type = AE_IFLNK, .target = "/usr/etc"},
                                 {.name = "etc/again", .content = {}, .hard_link = "./etc/ö"}},
                                name);
    ASSERT_TRUE(items) << name << text_of(items.error());
    ASSERT_EQ(items->size(), 4U) << name;
    EXPECT_EQ((*items)[3].path, "tmp");
    EXPECT_EQ((*items)[3].mode, 01777U);
    EXPECT_EQ((*items)[1].link, "/usr/etc");
    EXPECT_EQ((*items)[2].path, "etc/ö");
    EXPECT_EQ((*items)[2].mode, 0600U);
    EXPECT_EQ(content_of((*items)[2].from), "text");
    EXPECT_EQ((*items)[0].from, (*items)[2].from);
  }
}

TEST_F(archive_items, that_come_twice_are_the_last) {
  const auto items = items_of({{.name = "x", .content = "old"}, {.name = "./x", .content = "new"}});
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 1U);
  EXPECT_EQ(content_of(items->front().from), "new");
}

TEST_F(archive_items, that_lead_out_are_refused_by_name) {
  const auto refused = [&](const member& one, const std::string& what) {
    const auto failure = refusal({one});
    EXPECT_EQ(failure.kind, exit_class::usage) << one.name;
    EXPECT_EQ(failure.what, what) << one.name;
    EXPECT_EQ(failure.value, one.name);
    EXPECT_EQ(value_of(failure, "archive"), at("root.tar"));
  };
  refused({.name = "/etc/passwd", .content = "x"}, "an absolute name in the archive");
  refused({.name = "a/../../etc/passwd", .content = "x"}, "'..' in a name in the archive");
  refused({.name = "a/out", .content = {}, .type = AE_IFLNK, .target = "../../etc"},
          "a link that leads out of the archive");
  refused({.name = "a/out", .content = {}, .type = AE_IFLNK, .target = "b/../../../etc"},
          "a link that leads out of the archive");
  refused({.name = "a/out", .content = {}, .hard_link = "/etc/passwd"},
          "a hard link that leads out of the archive");
  refused({.name = "a/out", .content = {}, .hard_link = "../etc/passwd"},
          "a hard link that leads out of the archive");
  refused({.name = "etc/sda", .content = {}, .type = AE_IFBLK}, "a device, socket or pipe in the archive");
  refused({.name = "dev", .content = {}, .type = AE_IFCHR}, "a device, socket or pipe in the archive");
  refused({.name = "dev/../sda", .content = {}, .type = AE_IFBLK}, "'..' in a name in the archive");
  refused({.name = "dev/x", .content = {}, .hard_link = "dev/null"},
          "a hard link that leads out of the archive");
  refused({.name = "pipe", .content = {}, .type = AE_IFIFO}, "a device, socket or pipe in the archive");
}

TEST_F(archive_items, of_an_owner_that_no_system_has_are_refused) {
  const auto items = items_of({{.name = "x", .content = {}, .owner = 0xffff'fffe}});
  ASSERT_TRUE(items) << text_of(items.error());
  EXPECT_EQ(items->front().user, 0xffff'fffeU);
  const auto failure = refusal({{.name = "x", .content = {}, .owner = 0xffff'ffff}});
  EXPECT_EQ(failure.what, "an owner that no system has in the archive: 4294967295");
  EXPECT_EQ(failure.value, "x");
}

TEST_F(archive_items, that_would_delete_are_refused_wherever_the_name_stands) {
  for (const char* name :
       {"etc/.wh.passwd", ".wh.etc/x", "a/.wh..wh..opq", "a/.wh..wh..opq/b", ".wh.", "./.wh.x"}) {
    const auto failure = refusal({{.name = name, .content = {}}});
    EXPECT_EQ(failure.what, "a name that begins with '.wh.' would delete a file of the base image") << name;
    EXPECT_EQ(failure.value, name);
    EXPECT_EQ(value_of(failure, "archive"), at("root.tar"));
  }
  EXPECT_EQ(refusal({{.name = ".wh.d/", .content = {}, .type = AE_IFDIR}}).kind, exit_class::usage);
  EXPECT_EQ(
      refusal({{.name = "x", .content = {}}, {.name = "d/.wh.x", .content = {}, .hard_link = "x"}}).kind,
      exit_class::usage);
  EXPECT_TRUE(items_of({{.name = "a.wh.b/.whx", .content = {}}}));
}

TEST_F(archive_items, with_names_that_no_system_can_have_are_refused) {
  EXPECT_TRUE(items_of({{.name = std::string(255, 'x'), .content = {}}}));
  EXPECT_EQ(refusal({{.name = "a/" + std::string(256, 'x'), .content = {}}}).what,
            "a name in the image is too long");
  std::string deep;
  for (int level = 0; level < 2048; ++level) deep += "a/";
  EXPECT_EQ(refusal({{.name = deep + "b", .content = {}}}).what, "a path in the image is too long");
}

TEST_F(archive_items, below_dev_that_are_no_files_are_left_out_and_counted) {
  image_tests::write_tar(at("root.tar"),
                         {{.name = "dev/", .content = {}, .type = AE_IFDIR},
                          {.name = "./dev/null", .content = {}, .type = AE_IFCHR},
                          {.name = "dev/sda", .content = {}, .type = AE_IFBLK},
                          {.name = "dev/net/tun", .content = {}, .type = AE_IFCHR},
                          {.name = "dev/initctl", .content = {}, .type = AE_IFIFO},
                          {.name = "dev/same", .content = {}, .hard_link = "dev/null"},
                          {.name = "dev/fd", .content = {}, .type = AE_IFLNK, .target = "/proc/self/fd"},
                          {.name = "dev/file", .content = "text"}});
  const auto all = unpacked();
  ASSERT_TRUE(all) << text_of(all.error());
  EXPECT_EQ(all->left_out, 5U);
  std::vector<std::string> names;
  for (const auto& item : all->items) names.push_back(item.path);
  EXPECT_EQ(names, (std::vector<std::string>{"dev", "dev/fd", "dev/file"}));
}

TEST_F(archive_items, that_unpack_to_more_than_the_limit_are_refused_before_they_are_written) {
  write_header("hole", std::uint64_t{1} << 40U);
  const auto bomb = unpacked();
  ASSERT_FALSE(bomb);
  EXPECT_EQ(bomb.error().kind, exit_class::usage);
  EXPECT_EQ(bomb.error().value, "hole");
  EXPECT_EQ(value_of(bomb.error(), "allowed"), "at most 8.6 GB in all, by CICD_MAX_BASE");
  EXPECT_EQ(value_of(bomb.error(), "archive"), at("root.tar"));
  EXPECT_TRUE(names_in(at("scratch")).empty());
  for (const char* name : {"root.tar", "root.tar.gz", "root.tar.xz", "root.tar.zst"}) {
    image_tests::write_tar(at(name), {{.name = "a", .content = std::string(60'000, '\0')},
                                      {.name = "b", .content = std::string(40'000, '\0')}});
    EXPECT_TRUE(unpacked(name, {.bytes = 100'000})) << name;
    const auto over = unpacked(name, {.bytes = 99'999});
    ASSERT_FALSE(over) << name;
    EXPECT_EQ(over.error().value, "b") << name;
    EXPECT_TRUE(unpacked(name, {.members = 2})) << name;
    EXPECT_FALSE(unpacked(name, {.members = 1})) << name;
  }
}

TEST_F(archive_items, of_a_size_below_zero_are_refused) {
  write_header("x", ~std::uint64_t{0});
  EXPECT_FALSE(unpacked());
}

TEST_F(archive_items, of_a_zip_are_bounded_too) {
  image_tests::write_jar(at("a.jar"), {{.name = "x", .content = std::string(100'000, '\0')}});
  const auto place = [&](const std::string& name) { return at("scratch/" + name); };
  EXPECT_FALSE(unpack_zip(at("a.jar"), {.bytes = 99'999}, place));
  EXPECT_FALSE(std::filesystem::exists(at("scratch/x")));
  EXPECT_TRUE(unpack_zip(at("a.jar"), {.bytes = 100'000}, place));
}

TEST_F(archive_items, of_a_zip_are_files_and_folders_only) {
  image_tests::write_jar(at("a.jar"),
                         {{.name = "way", .content = {}, .type = AE_IFLNK, .target = "/etc/passwd"}});
  const auto unpacked =
      unpack_zip(at("a.jar"), {}, [&](const std::string& name) { return at("scratch/" + name); });
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().what, "a link or device in the archive");
  EXPECT_EQ(unpacked.error().value, "way");
}

TEST_F(archive_items, of_a_zip_that_are_read_as_text_are_bounded) {
  image_tests::write_jar(at("a.jar"),
                         {{.name = "META-INF/MANIFEST.MF", .content = std::string((16U << 20U) + 1, 'x')}});
  const auto text = zip_member(at("a.jar"), "META-INF/MANIFEST.MF");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().what, "a member of more than 16 MiB");
}

TEST_F(archive_items, never_write_through_a_link_of_the_archive) {
  std::filesystem::create_directories(at("outside"));
  const auto items = items_of({{.name = "way", .content = {}, .type = AE_IFLNK, .target = at("outside")},
                               {.name = "way/in", .content = "x"}});
  EXPECT_TRUE(names_in(at("outside")).empty());
  ASSERT_TRUE(items);
  const auto settled = settled_items(*items);
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().value, "/way");
}

TEST_F(archive_items, of_what_is_no_archive_are_refused) {
  write("root.tar", "no tar at all, though long enough to look like one: " + std::string(2'000, 'x'));
  const auto items = items_of_tar(at("root.tar"), at("scratch"), {}, nullptr);
  ASSERT_FALSE(items);
  EXPECT_EQ(items.error().kind, exit_class::usage);
  EXPECT_EQ(items.error().what, "cannot read the archive");
}

TEST_F(archive_items, of_a_tar_that_was_cut_are_refused) {
  image_tests::write_tar(at("whole.tar.gz"), {{.name = "x", .content = std::string(100'000, 'x')},
                                              {.name = "y", .content = "y"}});
  const auto whole = content_of(at("whole.tar.gz"));
  std::filesystem::create_directories(at("scratch"));
  write("cut.tar.gz", whole.substr(0, whole.size() / 2));
  EXPECT_FALSE(items_of_tar(at("cut.tar.gz"), at("scratch"), {}, nullptr));
}

TEST_F(archive_items, of_a_zip_are_found_by_name) {
  image_tests::write_jar(at("a.jar"), {{.name = "META-INF/MANIFEST.MF", .content = "Main-Class: a.B\n"},
                                       {.name = "x", .content = ""}});
  EXPECT_EQ(zip_member(at("a.jar"), "META-INF/MANIFEST.MF").value_or({}), "Main-Class: a.B\n");
  const auto none = zip_member(at("a.jar"), "y");
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

TEST_F(archive_items, of_a_zip_never_leave_the_folder) {
  image_tests::write_jar(at("a.jar"), {{.name = "../../evil", .content = "x"}});
  std::vector<std::string> placed;
  const auto unpacked = unpack_zip(at("a.jar"), {}, [&](const std::string& name) {
    placed.push_back(name);
    return at("scratch/" + name);
  });
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().value, "../../evil");
  EXPECT_TRUE(placed.empty());
}

}  // namespace
}  // namespace cicd
