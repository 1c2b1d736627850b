// An image's layers laid over each other: what is seen of them, and as a folder that nothing leads out of.
#include <cicd/image/image_files.hpp>

#include <gmock/gmock.h>

#include <cicd/image/container.hpp>
#include <cicd/image/root_folder.hpp>
#include <cicd/image/wanted_files.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using image_tests::member;

class layers : public image_tests::in_folder {
 protected:
  /// A layer of a layout, packed as it is.
  void add(const std::vector<member>& members) {
    const std::string tar = at("layer.tar.gz");
    image_tests::write_tar(tar, members);
    const auto read = digest_of_file(tar);
    ASSERT_TRUE(read);
    const oci_layout to(at("layout"));
    ASSERT_TRUE(to.prepare());
    ASSERT_TRUE(to.adopt(tar, read->content, durability::durable));
    all.push_back({.media_type = std::string(oci_gzip_layer_type),
                   .content = read->content,
                   .size = read->stamp.size,
                   .tag = {},
                   .architecture = {}});
  }

  image_files seen() const {
    auto files = files_of_layers(at("layout"), all, {}, nullptr);
    EXPECT_TRUE(files) << text_of(files.error());
    return files.value_or({});
  }
  std::vector<std::string> names() const {
    std::vector<std::string> paths;
    for (const auto& [path, file] : seen())
      if (file.kind != entry_kind::folder) paths.push_back(path);
    return paths;
  }

  std::string laid_out() const {
    const std::string root = at("root");
    std::filesystem::create_directories(root);
    const status done = lay_out_root(at("layout"), all, root, {}, nullptr);
    EXPECT_TRUE(done) << text_of(done.error());
    return root;
  }

  std::vector<oci_descriptor> all;
};

member folder_named(std::string name) {
  return {.name = std::move(name), .content = {}, .type = AE_IFDIR, .mode = 0755};
}
member link_named(std::string name, std::string target) {
  return {.name = std::move(name), .content = {}, .type = AE_IFLNK, .target = std::move(target)};
}
member other_name(std::string name, std::string of) {
  return {.name = std::move(name), .content = {}, .hard_link = std::move(of)};
}

TEST_F(layers, a_whiteout_takes_away_what_lies_below_it_and_nothing_of_its_own_layer) {
  add({folder_named("etc"),
       {"etc/a", "1"},
       {"etc/b", "2"},
       folder_named("opt"),
       {"opt/x/y", "3"},
       {"opt/z", "4"}});
  add({{"etc/.wh.a", ""}, {"etc/b", "two"}, {"opt/w", "5"}, {"opt/.wh..wh..opq", ""}});
  EXPECT_THAT(names(), testing::ElementsAre("etc/b", "opt/w"));
  EXPECT_EQ(seen().at("etc/b").size, 3U);
  const std::string root = laid_out();
  EXPECT_THAT(names_in(root + "/etc"), testing::ElementsAre("b"));
  EXPECT_THAT(names_in(root + "/opt"), testing::ElementsAre("w"));
  EXPECT_EQ(content_of(root + "/etc/b"), "two");
}

TEST_F(layers, what_comes_in_place_of_a_folder_takes_all_of_it) {
  add({folder_named("lib"), {"lib/a", "1"}, {"lib.d/b", "2"}});
  add({link_named("lib", "usr/lib"), {"usr/lib/c", "3"}});
  EXPECT_THAT(names(), testing::ElementsAre("lib", "lib.d/b", "usr/lib/c"));
  EXPECT_EQ(content_of(laid_out() + "/lib/c"), "3");
}

TEST_F(layers, another_name_of_a_file_has_its_content) {
  add({{"bin/a", "one", AE_IFREG, {}, {}, 0755}, other_name("bin/b", "bin/a")});
  add({other_name("bin/c", "bin/a")});
  const image_files files = seen();
  EXPECT_EQ(files.at("bin/b"), files.at("bin/a"));
  EXPECT_EQ(files.at("bin/c").content, sha256("one"));
  EXPECT_EQ(content_of(laid_out() + "/bin/c"), "one");
}

TEST_F(layers, nothing_is_written_outside_of_the_root_wherever_links_lead) {
  const std::string outside = write("outside/kept", "kept");
  add({link_named("up", "../../.."),
       link_named("abs", at("outside")),
       link_named("round", "round"),
       {"../climbs", "x"}});
  add({{"up/a", "1"}, {"abs/kept", "replaced"}, other_name("stolen", "abs/kept"), {"abs/.wh..wh..opq", ""}});
  const std::string root = laid_out();
  EXPECT_EQ(content_of(outside), "kept");
  EXPECT_EQ(content_of(root + "/a"), "1");
  EXPECT_EQ(content_of(root + at("outside/kept")), "replaced");
  EXPECT_EQ(content_of(root + "/stolen"), "replaced");
  EXPECT_FALSE(exists(at("climbs")));
  EXPECT_FALSE(place_in_root(root, "round/x"));
  EXPECT_EQ(place_in_root(root, "up/../../etc"), root + "/etc");
}

TEST_F(layers, changes_say_what_differs) {
  const image_file plain{.mode = 0644, .size = 1, .content = sha256("a"), .link = {}};
  image_file other = plain, owned = plain;
  other.content = sha256("b");
  other.mode = 0755;
  owned.user = 1;
  const auto changes = changes_between({{"a", plain}, {"gone", plain}, {"o", plain}, {"same", plain}},
                                       {{"a", other}, {"new", plain}, {"o", owned}, {"same", plain}});
  std::vector<std::string> said;
  for (const path_change& each : changes) {
    std::string line = each.path;
    if (each.what == path_change::kind::changed)
      for (const std::string& what : differences_of(each)) line += " " + what;
    said.push_back(line);
  }
  EXPECT_THAT(said, testing::ElementsAre("a content mode", "gone", "new", "o owner"));
}

TEST_F(layers, a_user_is_looked_up_in_the_image) {
  add({{"etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1001:20::/:/bin/sh\n"},
       {"etc/group", "root:x:0:\nstaff:x:50:\n"}});
  const std::string root = laid_out();
  const auto found = [&](const char* said) {
    const auto user = container_user_of(root, said);
    return user ? std::to_string(user->user) + ":" + std::to_string(user->group) : user.error().what;
  };
  for (const auto& [said, expected] :
       {std::pair("", "0:0"), std::pair("app", "1001:20"), std::pair("1001", "1001:20"),
        std::pair("10001", "10001:0"), std::pair("app:staff", "1001:50"), std::pair("7:8", "7:8"),
        std::pair("nobody", "the image has no such user"),
        std::pair("app:nogroup", "the image has no such group")})
    EXPECT_EQ(found(said), expected) << said;
}

TEST_F(layers, a_wanted_file_is_found_behind_links) {
  add({{"real/list", "old"}, {"one", "1"}, link_named("round", "round"), link_named("lost", "nowhere")});
  add({{"real/list", "new"},
       link_named("etc", "real"),
       link_named("link", "/etc/list"),
       other_name("two", "one")});
  std::vector<std::string> blobs;
  for (const oci_descriptor& each : all) blobs.push_back(oci_layout(at("layout")).blob_path(each.content));
  const auto files = files_in_layers(
      blobs,
      [](std::string_view path) {
        return path == "etc/list" || path == "link" || path == "two" || path == "round" || path == "lost";
      },
      {}, nullptr);
  ASSERT_TRUE(files) << text_of(files.error());
  EXPECT_EQ(*files, (wanted_files{{"etc/list", "new"}, {"link", "new"}, {"two", "1"}}));
}

TEST(taken_away, is_by_name_and_with_all_below_it) {
  EXPECT_EQ(taken_away_by("etc/.wh.motd"), "etc/motd");
  EXPECT_EQ(taken_away_by(".wh.etc"), "etc");
  EXPECT_EQ(taken_away_by("opt/.wh..wh..opq"), "opt/");
  EXPECT_EQ(taken_away_by(".wh..wh..opq"), "/");
  EXPECT_EQ(taken_away_by("etc/motd"), "");
  image_files all{{"a", {}}, {"a-b", {}}, {"a/b", {}}, {"a/b/c", {}}, {"ab", {}}};
  take_away(all, "a");
  EXPECT_THAT(all, testing::ElementsAre(testing::Key("a-b"), testing::Key("ab")));
  take_away(all, "/");
  EXPECT_TRUE(all.empty());
}

TEST(container, has_no_rights_and_a_network_of_its_own) {
  seen_image image;
  image.config =
      members_of("config", members_of("Entrypoint", json_texts({"/app"}), "Cmd", json_texts({"serve"}), "Env",
                                      json_texts({"A=1", "B=2"}), "WorkingDir", "/data"));
  container_wishes wishes;
  wishes.env = {{"B", "two"}};
  wishes.user = {10001, 20};
  const json config = runtime_config_of(image, wishes);
  EXPECT_EQ(compact(config["process"]["args"]), R"(["/app","serve"])");
  EXPECT_EQ(compact(config["process"]["env"]), R"(["A=1","B=two"])");
  EXPECT_EQ(compact(config["process"]["user"]), R"({"uid":10001,"gid":20})");
  EXPECT_EQ(config["process"]["cwd"].text(), "/data");
  EXPECT_TRUE(config["process"]["noNewPrivileges"].boolean());
  for (const auto& [kind, rights] : config["process"]["capabilities"].members())
    EXPECT_EQ(compact(rights), "[]");
  EXPECT_THAT(compact(config["linux"]["namespaces"]), testing::HasSubstr("network"));
  wishes.uses_host_network = true;
  EXPECT_THAT(compact(runtime_config_of(image, wishes)["linux"]["namespaces"]),
              testing::Not(testing::HasSubstr("network")));
  wishes.command = {"/other"};
  EXPECT_THAT(words_of_container(image, wishes), testing::ElementsAre("/other"));
  wishes.command.clear();
  wishes.arguments = {"check"};
  EXPECT_THAT(words_of_container(image, wishes), testing::ElementsAre("/app", "check"));
}

}  // namespace
}  // namespace cicd
