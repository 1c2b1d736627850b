#include <cicd/image/archive_items.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using image_tests::member;
using image_tests::value_of;

class archive_items : public image_tests::in_folder {
 protected:
  result<std::vector<layer_item>> items_of(const std::vector<member>& members,
                                           const std::string& name = "root.tar") {
    image_tests::write_tar(at(name), members);
    std::filesystem::remove_all(at("scratch"));
    std::filesystem::create_directories(at("scratch"));
    return items_of_tar(at(name), at("scratch"), nullptr);
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
  refused({.name = "dev/sda", .content = {}, .type = AE_IFBLK}, "a device, socket or pipe in the archive");
  refused({.name = "pipe", .content = {}, .type = AE_IFIFO}, "a device, socket or pipe in the archive");
  refused({.name = "etc/.wh.passwd", .content = {}},
          "a name that begins with '.wh.' would delete a file of the image");
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
  const auto items = items_of_tar(at("root.tar"), at("scratch"), nullptr);
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
  EXPECT_FALSE(items_of_tar(at("cut.tar.gz"), at("scratch"), nullptr));
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
  const auto unpacked = unpack_zip(at("a.jar"), [&](const std::string& name) {
    placed.push_back(name);
    return at("scratch/" + name);
  });
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().value, "../../evil");
  EXPECT_TRUE(placed.empty());
}

}  // namespace
}  // namespace cicd
