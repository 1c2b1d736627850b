// What WRITE makes of files: an element of Kustomize's images, and what is said of a file that is none.
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cicd/deliver/manifest_values.hpp>

namespace {

using namespace cicd;
using testing::HasSubstr;

constexpr const char* digest_of_image =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

struct written {
  declared_pipeline pipeline;
  environment place;
  deployment_record record;

  written() {
    pipeline.declared.name = "orders";
    pipeline.source_directory = "/src";
    pipeline.origins.emplace("environment.prod.write",
                             origin{"/src/CMakeLists.txt", "pipeline_environment", 2});
    place.name = "prod";
    place.path = "apps/orders";
    place.write = {"kustomization.yaml:images[orders]"};
    deployment_record::image& image = record.images["image"];
    image.reference = "one.example.com/team/orders:v2@" + std::string(digest_of_image);
    image.tag = "v2";
  }
  result<std::map<std::string, std::string>> of(const std::string& content) const {
    return with_values(pipeline, place, record, {{"kustomization.yaml", content}}, {});
  }
  std::string text(const std::string& content) const {
    const auto made = of(content);
    return made ? made->at("kustomization.yaml") : text_of(made.error());
  }
};

TEST(an_element_of_images, names_the_copy_where_the_environment_has_its_own) {
  written with;
  const std::string there =
      "images:\n# ours\n- name: orders   # the base's\n  # by cicd\n  newTag: v1  # x\n- name: proxy\n  "
      "newTag: v9\n";
  const std::string wanted =
      "images:\n# ours\n- name: orders   # the base's\n  newName: one.example.com/team/orders\n  # by cicd\n"
      "  newTag: v2  # x\n- name: proxy\n  newTag: v9\n";
  std::string only_tag = there;
  only_tag.replace(only_tag.find("v1"), 2, "v2");
  EXPECT_EQ(with.text(there), only_tag) << "without copies the name is that of the file";
  with.place.images_in = "one.example.com/team";
  EXPECT_EQ(with.text(there), wanted);
  EXPECT_EQ(with.text(wanted), wanted) << "a second time changes nothing";
  EXPECT_EQ(with.text("images:\n- name: orders\n  newName: two.example.com/orders # was\n  newTag: v1\n"),
            "images:\n- name: orders\n  newName: one.example.com/team/orders # was\n  newTag: v2\n");
  EXPECT_EQ(with.text("images: [{name: orders, newTag: v1}]\n"),
            "images: [{name: orders, newName: one.example.com/team/orders, newTag: v2}]\n");
  EXPECT_EQ(with.text("images:\r\n  - newTag: v1\r\n    name: orders\r\n"),
            "images:\r\n  - newTag: v2\r\n    name: orders\r\n    newName: one.example.com/team/orders\r\n");
  EXPECT_EQ(with.text("images:\n- newTag: v1\n  name: orders"),
            "images:\n- newTag: v2\n  name: orders\n  newName: one.example.com/team/orders");
}

TEST(an_element_of_images, that_has_the_name_of_the_copy_needs_no_other) {
  written with;
  with.place.images_in = "one.example.com/team";
  with.place.write = {"kustomization.yaml:images[one.example.com/team/orders]"};
  EXPECT_EQ(with.text("images:\n- name: one.example.com/team/orders\n  newTag: v1\n"),
            "images:\n- name: one.example.com/team/orders\n  newTag: v2\n");
}

TEST(a_failure_of_write, has_the_place_of_the_declaration_and_that_of_the_file) {
  written with;
  for (const auto& [content, where, what] : std::vector<std::array<std::string, 3>>{
           {"images:\n- name: orders\n  newTag: [\n", "kustomization.yaml:4", "did not find"},
           {"images:\n- name: other\n", "kustomization.yaml:2", "there is no element 'orders' in 'images'"},
           {"images: &i\n- &o\n  name: orders\n  newTag: v1\nothers:\n- *o\n", "kustomization.yaml:4",
            "other values of this file take this one by an alias"},
           {"", "kustomization.yaml", "this file has no YAML in it"}}) {
    const auto failed = with.of(content);
    ASSERT_FALSE(failed) << content;
    EXPECT_EQ(failed.error().kind, exit_class::usage);
    EXPECT_THAT(failed.error().what, HasSubstr(what));
    ASSERT_GE(failed.error().notes.size(), 3U);
    EXPECT_EQ(failed.error().notes[0].label + ": " + failed.error().notes[0].text,
              "declared at: CMakeLists.txt, 2nd call of pipeline_environment()");
    EXPECT_EQ(failed.error().notes[1].label + ": " + failed.error().notes[1].text,
              "in: apps/orders/" + where);
    EXPECT_EQ(failed.error().notes[2].text, "kustomization.yaml:images[orders]");
  }
}

}  // namespace
