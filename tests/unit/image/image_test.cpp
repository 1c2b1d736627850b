#include <cicd/image/image.hpp>

#include <sys/xattr.h>

#include <cicd/base/json.hpp>
#include <cicd/image/oci_layout.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using image_tests::value_of;
using strings = std::vector<std::string>;

class images : public image_tests::in_folder {
 protected:
  image_recipe recipe_of(const std::string& source) const {
    image_recipe recipe;
    recipe.base = "scratch";
    recipe.directory = folder;
    recipe.architecture = "amd64";
    recipe.layers = {{"dependencies", {{at(source + "/lib"), "/app/lib"}}},
                     {"application", {{at(source + "/app"), "/app/app"}}}};
    recipe.entrypoint = {"/app/app"};
    return recipe;
  }

  void write_source(const std::string& source, const std::string& app = "program") const {
    write(source + "/lib/a.jar", "library");
    write(source + "/app", app, 0755);
  }

  result<built_image> build(const image_recipe& recipe,
                            const std::string& layout = "layout",
                            unsigned threads = 2) const {
    return build_image(recipe, at(layout), {.folder = at("cache")}, threads, nullptr);
  }

  built_image built(const image_recipe& recipe, const std::string& layout = "layout") const {
    auto image = build(recipe, layout);
    EXPECT_TRUE(image) << text_of(image.error());
    return image.value_or({});
  }

  json document(const digest& of, const std::string& layout = "layout") const {
    return parse_json(content_of(at(layout + "/blobs/sha256/" + hex(of)))).value_or({});
  }

  error refusal(const image_recipe& recipe) const {
    auto image = build(recipe);
    EXPECT_FALSE(image);
    return image ? error{} : image.error();
  }
};

TEST_F(images, have_the_config_that_was_asked_for) {
  write_source("a");
  auto recipe = recipe_of("a");
  recipe.env = {{"LANG", "C.UTF-8"}};
  recipe.labels = {{"b", "2"}, {"a", "1"}};
  recipe.arguments = {"serve"};
  recipe.port = 8080;
  recipe.working_directory = "/app";
  const auto image = built(recipe);
  ASSERT_EQ(image.layers.size(), 2U);
  EXPECT_EQ(
      compact(document(image.config)),
      R"({"created":"1970-01-01T00:00:01Z","architecture":"amd64","os":"linux","config":{"User":"10001","ExposedPorts":{"8080/tcp":{}},)"
      R"("Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","LANG=C.UTF-8"],"Entrypoint":["/app/app"],)"
      R"("Cmd":["serve"],"WorkingDir":"/app")"
      R"(,"Labels":{"a":"1","b":"2"}},"rootfs":{"type":"layers","diff_ids":[")"
          + oci_text(image.layers[0].diff_id) + "\",\"" + oci_text(image.layers[1].diff_id)
          + R"("]},"history":[{"created":"1970-01-01T00:00:01Z","created_by":"cicd: dependencies"},)"
            R"({"created":"1970-01-01T00:00:01Z","created_by":"cicd: application"}]})");
}

TEST_F(images, are_found_whole_in_their_layout_and_nothing_else_is) {
  write_source("a");
  const auto first = built(recipe_of("a"));
  write_source("a", "another program");
  const auto image = built(recipe_of("a"));
  EXPECT_NE(image.manifest, first.manifest);
  strings expected;
  for (const auto& one : {image.manifest, image.config, image.layers[0].blob, image.layers[1].blob})
    expected.push_back(hex(one));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names_in(at("layout/blobs/sha256")), expected);
  EXPECT_EQ(names_in(at("layout")), (strings{"blobs", "index.json", "oci-layout"}));
  const auto read = read_layout(at("layout"));
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->manifest, image.manifest);
  EXPECT_EQ(read->size, image.size);
  EXPECT_EQ(read->layers[1].name, "application");
}

TEST_F(images, of_the_same_content_are_the_same_elsewhere_and_by_another_number_of_threads) {
  write_source("a");
  write_source("some/other place");
  const auto one = build(recipe_of("a"), "layout", 1);
  std::filesystem::remove_all(at("cache"));
  const auto other = build(recipe_of("some/other place"), "other", 8);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->manifest, other->manifest);
}

TEST_F(images, take_an_unchanged_layer_from_the_cache) {
  write_source("a");
  EXPECT_FALSE(built(recipe_of("a")).layers[0].reused);
  write_source("a", "another program");
  const auto image = built(recipe_of("a"));
  EXPECT_TRUE(image.layers[0].reused);
  EXPECT_FALSE(image.layers[1].reused);
}

TEST_F(images, notice_a_file_of_the_same_size_that_got_its_old_time_back) {
  write_source("a");
  const auto first = built(recipe_of("a"));
  let_file_time_pass(at("a/app"));
  EXPECT_TRUE(built(recipe_of("a")).layers[1].reused);
  const auto time = std::filesystem::last_write_time(at("a/app"));
  write("a/app", "PROGRAM", 0755);
  std::filesystem::last_write_time(at("a/app"), time);
  EXPECT_NE(built(recipe_of("a")).manifest, first.manifest);
}

TEST_F(images, never_serve_a_spoilt_blob_of_cache_or_layout) {
  write_source("a");
  const auto first = built(recipe_of("a"));
  const std::string blob = at("layout/blobs/sha256/" + hex(first.layers[0].blob));
  std::ofstream(blob) << "spoilt";  // one file with the cache's
  const auto again = built(recipe_of("a"));
  EXPECT_FALSE(again.layers[0].reused);
  EXPECT_EQ(again.manifest, first.manifest);
  EXPECT_TRUE(read_layout(at("layout")));
}

TEST_F(images, with_a_spoilt_blob_are_corrupt_when_read) {
  write_source("a");
  const auto image = built(recipe_of("a"));
  for (const auto& blob : {image.manifest, image.config, image.layers[1].blob}) {
    const std::string path = at("layout/blobs/sha256/" + hex(blob));
    const std::string before = content_of(path);
    for (const auto& spoilt : {before + " ", before.substr(1), "#" + before.substr(1)}) {
      std::ofstream(path) << spoilt;
      const auto read = read_layout(at("layout"));
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().kind, exit_class::corrupt);
      EXPECT_EQ(read.error().value, path);
    }
    std::ofstream(path) << before;
    EXPECT_TRUE(read_layout(at("layout")));
  }
}

TEST_F(images, on_a_layout_keep_what_the_recipe_does_not_say) {
  write_source("a");
  auto base = recipe_of("a");
  base.env = {{"PATH", "/opt/bin"}, {"LANG", "C"}};
  base.labels = {{"from", "base"}};
  base.arguments = {"--serve"};
  base.working_directory = "/srv";
  const auto below = built(base, "base");
  image_recipe recipe;
  recipe.base = "oci:base:latest";
  recipe.directory = folder;
  recipe.env = {{"LANG", "de"}};
  recipe.layers = {{"more", {{write("more", "x"), "/more"}}}};
  const auto image = built(recipe);
  const auto config = document(image.config)["config"];
  EXPECT_EQ(config["Env"].texts(), (strings{"PATH=/opt/bin", "LANG=de"}));
  EXPECT_EQ(config["Entrypoint"].texts(), strings{"/app/app"});
  EXPECT_EQ(config["Cmd"].texts(), strings{"--serve"});
  EXPECT_EQ(config["WorkingDir"].text(), "/srv");
  EXPECT_EQ(config["Labels"]["from"].text(), "base");
  ASSERT_EQ(image.layers.size(), 3U);
  EXPECT_EQ(image.layers[0].blob, below.layers[0].blob);
  EXPECT_EQ(image.layers[0].name, "dependencies");
  recipe.entrypoint = {"/more"};
  EXPECT_TRUE(document(built(recipe).config)["config"]["Cmd"].is_null());
}

TEST_F(images, on_a_tar_and_on_the_folder_it_was_made_of_are_the_same) {
  std::filesystem::create_directories(at("root/tmp"));
  ::chmod(at("root/tmp").c_str(), 01777);
  write("root/etc/passwd", "root", 0600);
  image_tests::write_tar(at("root.tar.gz"),
                         {{.name = "./tmp/", .content = {}, .type = AE_IFDIR, .mode = 01777},
                          {.name = "./etc/", .content = {}, .type = AE_IFDIR, .mode = 0755},
                          {.name = "./etc/passwd", .content = "root", .mode = 0600}});
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "rootfs:root";
  const auto by_folder = built(recipe);
  recipe.base = "rootfs:" + at("root.tar.gz");
  const auto by_tar = built(recipe);
  EXPECT_EQ(by_folder.manifest, by_tar.manifest);
  EXPECT_EQ(by_tar.layers[0].name, "base");
  EXPECT_TRUE(built(recipe).layers[0].reused);
  EXPECT_TRUE(names_in(at("cache/unfinished")).empty());
}

TEST_F(images, of_a_recipe_that_cannot_be_built_say_why) {
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "rootfs:gone";
  EXPECT_EQ(refusal(recipe).value, at("gone"));
  recipe.base = "oci:gone";
  EXPECT_EQ(refusal(recipe).what, "no image layout");
  recipe.base = "";
  EXPECT_EQ(refusal(recipe).what, "the image has no base");
  recipe.base = "docker.io/library/eclipse-temurin:17-jre";
  const auto unpinned = refusal(recipe);
  EXPECT_EQ(unpinned.kind, exit_class::usage);
  EXPECT_EQ(value_of(unpinned, "try"),
            "skopeo inspect --format '{{.Digest}}' docker://docker.io/library/eclipse-temurin:17-jre");
  recipe.base = "--option@sha256:" + std::string(64, 'a');
  EXPECT_EQ(refusal(recipe).what, "no base image");
}

TEST_F(images, never_stand_on_what_a_link_of_the_sources_leads_to_elsewhere) {
  write("elsewhere/root/etc/x", "secret");
  image_tests::write_tar(at("elsewhere/root.tar"), {{.name = "etc/x", .content = "secret"}});
  write_source("a");
  built(recipe_of("a"), "elsewhere/oci");
  image_recipe recipe;
  recipe.directory = at("tree");
  std::filesystem::create_directories(at("tree"));
  std::filesystem::create_directory_symlink("../elsewhere", at("tree/out"));
  std::filesystem::create_directory_symlink("/", at("tree/all"));
  for (const char* base :
       {"rootfs:out/root.tar", "rootfs:out/root", "rootfs:all", "oci:out/oci", "oci:out/oci:latest"}) {
    recipe.base = base;
    const auto failure = refusal(recipe);
    EXPECT_EQ(failure.kind, exit_class::usage) << base;
    EXPECT_EQ(failure.what, "the file is not below the folder that it is read from") << base;
    EXPECT_TRUE(value_of(failure, "link").find(" -> ") != std::string::npos) << base;
  }
  recipe.base = "rootfs:../elsewhere/root";
  EXPECT_EQ(refusal(recipe).kind, exit_class::usage);
  recipe.base = "rootfs:" + at("tree/out/root");
  built(recipe);
  std::filesystem::rename(at("elsewhere/root"), at("tree/root"));
  std::filesystem::create_directory_symlink("root", at("tree/same"));
  recipe.base = "rootfs:same";
  built(recipe);
}

TEST_F(images, never_stand_on_a_layout_whose_parts_lie_elsewhere) {
  write_source("a");
  built(recipe_of("a"), "elsewhere");
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "oci:base";
  for (const char* part : {"index.json", "blobs"}) {
    std::filesystem::remove_all(at("base"));
    std::filesystem::copy(at("elsewhere"), at("base"), std::filesystem::copy_options::recursive);
    built(recipe);
    std::filesystem::remove_all(at("base") + "/" + part);
    std::filesystem::create_symlink(at("elsewhere") + "/" + part, at("base") + "/" + part);
    EXPECT_EQ(refusal(recipe).what, "the file is not below the folder that it is read from") << part;
  }
}

TEST_F(images, on_a_base_larger_than_is_allowed_are_refused_before_it_is_read) {
  write("root/hole", "");
  std::filesystem::resize_file(at("root/hole"), std::uintmax_t{1} << 40U);
  image_tests::write_tar(at("root.tar"), {{.name = "x", .content = std::string(2'000, 'x')}});
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "rootfs:root";
  EXPECT_EQ(value_of(refusal(recipe), "allowed"), "at most 8.6 GB in all, by CICD_MAX_BASE");
  recipe.base = "rootfs:root.tar";
  recipe.environment["CICD_MAX_BASE"] = "1k";
  EXPECT_EQ(value_of(refusal(recipe), "allowed"), "at most 1.0 kB in all, by CICD_MAX_BASE");
  for (const char* wrong : {"", "0", "8GB", "-1", "1e9", "99999999999999Ti", "8 Gi"}) {
    recipe.environment["CICD_MAX_BASE"] = wrong;
    const auto failure = refusal(recipe);
    EXPECT_EQ(failure.kind, exit_class::usage) << wrong;
    EXPECT_EQ(failure.what, "CICD_MAX_BASE is not a size") << wrong;
  }
  recipe.environment["CICD_MAX_BASE"] = "2Ki";
  built(recipe);
}

TEST_F(images, on_a_root_file_system_name_the_files_that_lose_a_capability) {
  write("root/bin/ping", "a program");
  write("root/bin/true", "another");
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "rootfs:root";
  EXPECT_TRUE(built(recipe).lost_capabilities.empty());
  const std::string capability("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);  // CAP_NET_RAW, version 2
  ASSERT_EQ(
      ::setxattr(at("root/bin/ping").c_str(), "security.capability", capability.data(), capability.size(), 0),
      0)
      << "run the tests as root";
  for (int round = 0; round < 2; ++round)
    EXPECT_EQ(built(recipe).lost_capabilities, std::vector<std::string>{"bin/ping"}) << "from the store, too";
}

TEST_F(images, on_an_archive_with_devices_say_how_many_were_left_out) {
  image_tests::write_tar(at("root.tar"), {{.name = "dev/null", .content = {}, .type = AE_IFCHR},
                                          {.name = "etc/x", .content = "x"}});
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "rootfs:root.tar";
  EXPECT_EQ(built(recipe).left_out, 1U);
}

TEST_F(images, on_a_base_of_another_tag_or_architecture_say_what_is_there) {
  write_source("a");
  built(recipe_of("a"), "base");
  image_recipe recipe;
  recipe.directory = folder;
  recipe.base = "oci:base:gone";
  EXPECT_EQ(value_of(refusal(recipe), "tags there"), "latest");
  recipe.base = "oci:base";
  recipe.architecture = "arm64";
  EXPECT_EQ(refusal(recipe).what, "the base image is of another architecture");
}

TEST_F(images, that_fail_leave_the_image_before_as_it_was) {
  write_source("a");
  const auto image = built(recipe_of("a"));
  auto recipe = recipe_of("a");
  recipe.layers[1].entries[0].from = at("gone");
  EXPECT_EQ(refusal(recipe).value, at("gone"));
  EXPECT_EQ(read_layout(at("layout")).value_or({}).manifest, image.manifest);
}

TEST_F(images, of_several_platforms_are_chosen_by_architecture) {
  write_source("a");
  const oci_layout both(at("both"));
  ASSERT_TRUE(both.prepare());
  std::vector<oci_descriptor> manifests;
  json index = json::object{}, list = json::array{};
  for (const char* architecture : {"arm64", "amd64"}) {
    auto recipe = recipe_of("a");
    recipe.architecture = architecture;
    const auto image = built(recipe);
    for (const auto& name : names_in(at("layout/blobs/sha256")))
      ASSERT_TRUE(both.adopt(at("layout/blobs/sha256/" + name), *digest_from(name), durability::fast));
    const auto size = std::filesystem::file_size(at("layout/blobs/sha256/" + hex(image.manifest)));
    manifests.push_back({std::string(oci_manifest_type), image.manifest, size, "", architecture});
    list.push(manifests.back().as_json());
  }
  index.set("schemaVersion", 2).set("manifests", std::move(list));
  auto top = both.put(compact(index), oci_index_type, durability::fast);
  ASSERT_TRUE(top);
  ASSERT_TRUE(both.write_index({*top}, durability::fast));
  EXPECT_EQ(manifest_in(both, "", "amd64")->content, manifests[1].content);
  EXPECT_EQ(manifest_in(both, "", "arm64")->content, manifests[0].content);
  const auto none = manifest_in(both, "", "s390x");
  ASSERT_FALSE(none);
  EXPECT_EQ(value_of(none.error(), "there"), "arm64, amd64");
}

}  // namespace
}  // namespace cicd
