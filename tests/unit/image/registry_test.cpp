#include <cicd/image/registry.hpp>

#include <thread>

#include <gmock/gmock.h>

#include <cicd/image/oci_layout.hpp>
#include <cicd/image/skopeo.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

using image_tests::value_of;

class registries : public image_tests::in_folder {
 protected:
  digest image(const std::string& name) const {
    image_recipe recipe;
    recipe.base = "scratch";
    recipe.directory = folder;
    recipe.layers = {{"application", {{write(name + ".bin", name), "/x"}}}};
    auto built = build_image(recipe, at(name), {.folder = at("cache")}, 1, nullptr);
    EXPECT_TRUE(built) << text_of(built.error());
    return built.value_or({}).manifest;
  }

  std::unique_ptr<registry> open(const std::string& repository = "services/orders") const {
    registry_options options;
    options.embedded = at("registry");
    auto opened =
        registry_for(repository, options, surroundings(std::map<std::string, std::string, std::less<>>()));
    EXPECT_TRUE(opened) << text_of(opened.error());
    return opened ? *std::move(opened) : nullptr;
  }

  std::string index() const { return at("registry/services/orders/index.json"); }
};

TEST_F(registries, that_are_embedded_keep_several_tags_of_several_images) {
  const auto one = image("one"), other = image("other");
  const auto there = open();
  EXPECT_EQ(there->resolve("v1").value_or(one), std::nullopt);
  for (const auto& [name, digest, tag] :
       {std::tuple{"one", one, "v1"}, {"one", one, "again"}, {"other", other, "v2"}}) {
    const auto published = there->publish(at(name), digest, tag, true);
    ASSERT_TRUE(published) << text_of(published.error());
    EXPECT_TRUE(published->changed);
  }
  EXPECT_EQ(there->resolve("v1").value_or({}), one);
  EXPECT_EQ(there->resolve("again").value_or({}), one);
  EXPECT_EQ(there->resolve("v2").value_or({}), other);
  EXPECT_EQ(read_layout(at("registry/services/orders"), "v2").value_or({}).manifest, other);
  EXPECT_EQ(there->reference("v1", one), "services/orders:v1@" + oci_text(one));
  EXPECT_EQ(there->inspect_command("v1"), "skopeo inspect oci:" + at("registry/services/orders:v1"));
}

TEST_F(registries, have_nothing_to_do_for_an_equal_tag) {
  const auto one = image("one");
  ASSERT_TRUE(open()->publish(at("one"), one, "v1", true));
  const auto before = std::filesystem::last_write_time(index());
  const auto again = open()->publish(at("one"), one, "v1", true);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(std::filesystem::last_write_time(index()), before);
}

TEST_F(registries, refuse_another_image_under_an_immutable_tag_and_move_a_movable_one) {
  const auto one = image("one"), other = image("other");
  ASSERT_TRUE(open()->publish(at("one"), one, "v1", true));
  const auto refused = open()->publish(at("other"), other, "v1", true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, exit_class::conflict);
  EXPECT_EQ(value_of(refused.error(), "there"), oci_text(one));
  EXPECT_EQ(value_of(refused.error(), "wanted"), oci_text(other));
  EXPECT_EQ(open()->resolve("v1").value_or({}), one);
  EXPECT_TRUE(open()->publish(at("other"), other, "v1", false));
  EXPECT_EQ(open()->resolve("v1").value_or({}), other);
}

TEST_F(registries, leave_a_corrupt_index_untouched) {
  const auto one = image("one");
  for (const std::string text : {"", "{", "[]", R"({"schemaVersion":3,"manifests":[]})",
                                 R"({"schemaVersion":2,"manifests":[{"digest":"x"}]})"}) {
    write("registry/services/orders/index.json", text);
    const auto resolved = open()->resolve("v1");
    ASSERT_FALSE(resolved) << text;
    EXPECT_EQ(resolved.error().kind, exit_class::corrupt);
    EXPECT_EQ(resolved.error().value, index());
    EXPECT_THAT(text_of(resolved.error()), testing::HasSubstr("without it they are lost"));
    EXPECT_THAT(text_of(resolved.error()), testing::HasSubstr("mv " + at("registry/services/orders") + " "));
    const auto published = open()->publish(at("one"), one, "v1", true);
    ASSERT_FALSE(published) << text;
    EXPECT_EQ(published.error().kind, exit_class::corrupt);
    EXPECT_EQ(content_of(index()), text);
  }
}

TEST_F(registries, say_that_the_image_under_a_tag_is_gone_and_mend_what_is_missing_below_it) {
  const auto one = image("one");
  ASSERT_TRUE(open()->publish(at("one"), one, "v1", true));
  const oci_layout there(at("registry/services/orders"));
  const auto layer = read_layout(at("one"))->layers[0].blob;
  std::filesystem::remove(there.blob_path(layer));
  const auto mended = open()->publish(at("one"), one, "v1", true);
  ASSERT_TRUE(mended);
  EXPECT_TRUE(mended->changed);
  EXPECT_TRUE(read_layout(there.folder(), "v1"));
  std::filesystem::remove(there.blob_path(one));
  const auto resolved = open()->resolve("v1");
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().kind, exit_class::corrupt);
}

TEST_F(registries, share_no_bytes_with_the_layout_that_was_published) {
  const auto one = image("one");
  ASSERT_TRUE(open()->publish(at("one"), one, "v1", true));
  for (const auto& name : names_in(at("one/blobs/sha256")))
    std::ofstream(at("one/blobs/sha256/" + name)) << "spoilt";
  EXPECT_TRUE(read_layout(at("registry/services/orders"), "v1"));
}

TEST_F(registries, never_take_an_image_that_is_not_the_one_that_was_built) {
  image("one");
  const auto other = image("other");
  const auto published = open()->publish(at("one"), other, "v1", true);
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().kind, exit_class::corrupt);
  EXPECT_EQ(open()->resolve("v1").value_or(other), std::nullopt);
}

TEST_F(registries, lose_no_tag_of_writers_side_by_side) {
  const auto one = image("one");
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i)
      writers.emplace_back(
          [&, i] { EXPECT_TRUE(open()->publish(at("one"), one, "v" + std::to_string(i), true)); });
  }
  for (int i = 0; i < 8; ++i) EXPECT_EQ(open()->resolve("v" + std::to_string(i)).value_or({}), one) << i;
}

TEST_F(registries, set_a_tag_to_an_image_that_is_there_and_move_none) {
  const auto one = image("one"), other = image("other");
  ASSERT_TRUE(open()->publish(at("one"), one, "1a2b3c4", true));
  ASSERT_TRUE(open()->publish(at("other"), other, "5d6e7f8", true));
  const auto set = open()->tag(one, "v1.0.0");
  ASSERT_TRUE(set) << text_of(set.error());
  EXPECT_TRUE(set->changed);
  EXPECT_EQ(open()->resolve("v1.0.0").value_or({}), one);
  EXPECT_EQ(read_layout(at("registry/services/orders"), "v1.0.0").value_or({}).manifest, one);
  EXPECT_FALSE(open()->tag(one, "v1.0.0")->changed);
  const auto moved = open()->tag(other, "v1.0.0");
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().kind, exit_class::conflict);
  const auto missing = open()->tag(sha256("nothing"), "v2.0.0");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, exit_class::remote);
  EXPECT_EQ(open()->resolve("v2.0.0").value_or(one), std::nullopt);
}

TEST_F(registries, delete_an_image_with_its_tags_and_no_layer_that_another_has) {
  const auto one = image("one"), other = image("other");
  ASSERT_TRUE(open()->publish(at("one"), one, "a", true));
  ASSERT_TRUE(open()->tag(one, "b"));
  ASSERT_TRUE(open()->publish(at("other"), other, "c", true));
  EXPECT_TRUE(open()->has(one).value_or(false));
  ASSERT_TRUE(open()->remove(one));
  EXPECT_FALSE(open()->has(one).value_or(true));
  EXPECT_EQ(open()->resolve("a").value_or(one), std::nullopt);
  EXPECT_EQ(open()->resolve("b").value_or(one), std::nullopt);
  EXPECT_TRUE(read_layout(at("registry/services/orders"), "c"));
  EXPECT_FALSE(std::filesystem::exists(oci_layout(at("registry/services/orders")).blob_path(one)));
  EXPECT_TRUE(open()->remove(one));
}

TEST_F(registries, keep_documents_under_a_tag_and_tell_them_from_images) {
  const oci_documents written{"application/vnd.example.v1+json",
                              {{"application/a", "{}"}, {"application/b", "text"}}};
  const auto manifest = write_documents(at("documents"), written);
  ASSERT_TRUE(manifest) << text_of(manifest.error());
  EXPECT_EQ(open()->documents("x").value_or(written), std::nullopt);
  for (const bool changed : {true, false}) {
    const auto put = open()->publish(at("documents"), *manifest, "x", true);
    ASSERT_TRUE(put) << text_of(put.error());
    EXPECT_EQ(put->changed, changed);
  }
  EXPECT_EQ(open()->documents("x").value_or({}), written);
  const auto one = image("one");
  ASSERT_TRUE(open()->publish(at("one"), one, "v1", true));
  EXPECT_EQ(open()->documents("v1").error().kind, exit_class::corrupt);
  write("registry/services/orders/blobs/sha256/" + hex(sha256("text")), "tex!");
  EXPECT_EQ(open()->documents("x").error().kind, exit_class::corrupt);
}

TEST(repository_names, with_a_host_are_remote_and_others_embedded) {
  EXPECT_TRUE(is_embedded("orders"));
  EXPECT_TRUE(is_embedded("services/orders"));
  EXPECT_FALSE(is_embedded("registry.example.com/services/orders"));
  EXPECT_FALSE(is_embedded("localhost/orders"));
  EXPECT_FALSE(is_embedded("registry:5000/orders"));
}

TEST_F(registries, refuse_names_that_are_none) {
  const auto opened = registry_for("Services/Orders", {}, surroundings({}));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, exit_class::usage);
  EXPECT_EQ(opened.error().value, "Services/Orders");
  const auto tagged = open()->resolve("--option");
  ASSERT_FALSE(tagged);
  EXPECT_EQ(tagged.error().what, "no name of a tag");
}

TEST_F(registries, that_are_remote_need_skopeo) {
  const auto opened =
      registry_for("registry.example.com/orders", {}, surroundings({{"PATH", at("nothing")}}));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, exit_class::usage);
  EXPECT_EQ(opened.error().value, "skopeo");
  EXPECT_FALSE(value_of(opened.error(), "try").empty());
}

TEST_F(registries, whose_name_nobody_knows_are_said_to_be_that_first) {
  const auto said = [&](const std::string& words) {
    write("skopeo", "#!/bin/sh\necho 'time=\"x\" level=fatal msg=\"" + words + "\"' >&2\nexit 1\n", 0755);
    registry_options how;
    how.patience = std::chrono::milliseconds(0);
    const auto opened = registry_for("registry.example.com/orders", how, surroundings({{"PATH", folder}}));
    const auto there = (*opened)->resolve("v1");
    return there ? error{} : there.error();
  };
  const error unknown = said("dial tcp: lookup registry.example.com on 10.0.0.2:53: no such host");
  EXPECT_EQ(unknown.what, "no such host: registry.example.com");
  EXPECT_EQ(unknown.kind, exit_class::remote);
  EXPECT_NE(value_of(unknown, "caused by").find("lookup registry.example.com"), std::string::npos);
  EXPECT_EQ(said("dial tcp: lookup registry.example.com: server misbehaving").what,
            "the registry's name cannot be looked up: registry.example.com");
  EXPECT_EQ(said("dial tcp 10.0.0.1:443: connect: connection refused").what,
            "nothing answers at the registry registry.example.com");
  EXPECT_EQ(said("dial tcp 10.0.0.1:443: i/o timeout").what,
            "the registry does not answer: registry.example.com");
}

TEST(refusals, are_told_apart_by_the_specifications_codes) {
  EXPECT_EQ(refusal_of("reading manifest v1 in h.example/a: manifest unknown: manifest unknown"),
            registry_refusal::absent);
  EXPECT_EQ(refusal_of("Error listing repository tags: fetching tags list: invalid status code from registry "
                       "404 (Not Found)"),
            registry_refusal::absent);
  EXPECT_EQ(
      refusal_of("reading manifest v1 in h.example/a: name unknown: repository name not known to registry"),
      registry_refusal::absent);
  EXPECT_EQ(refusal_of("unauthorized: authentication required"), registry_refusal::login);
  EXPECT_EQ(refusal_of("denied: requested access to the resource is denied"), registry_refusal::rights);
  EXPECT_EQ(
      refusal_of("tag invalid: The image tag 'v1' already exists in the 'orders' repository and cannot be "
                 "overwritten because the repository is immutable."),
      registry_refusal::immutable);
  EXPECT_EQ(
      refusal_of(
          R"(pinging container registry nothing.example: Get "https://nothing.example/v2/": dial tcp: lookup )"
          "nothing.example on 10.0.0.2:53: no such host"),
      registry_refusal::unknown_host);
  EXPECT_EQ(
      refusal_of("Unable to delete h.example/a@sha256:1. Image may not exist or is not stored with a v2 "
                 "Schema in a v2 registry"),
      registry_refusal::absent);
  EXPECT_EQ(
      refusal_of(
          "Failed to delete /v2/a/manifests/sha256:1: {\"errors\":[{\"code\":\"UNSUPPORTED\",\"message\":"
          "\"The operation is unsupported.\"}]} (405 Method Not Allowed)"),
      registry_refusal::unsupported);
  EXPECT_EQ(refusal_of("x509: certificate signed by unknown authority"), registry_refusal::trust);
  EXPECT_EQ(refusal_of("received unexpected HTTP status: 503 Service Unavailable"),
            registry_refusal::passing);
  EXPECT_EQ(refusal_of("dial tcp 127.0.0.1:1: connect: connection refused"), registry_refusal::passing);
}

TEST(pinned_references, leave_out_the_tag_before_the_digest) {
  const std::string digits(64, 'a');
  const auto pinned = pinned_reference_from("registry.example.com:5000/java:17@sha256:" + digits);
  ASSERT_TRUE(pinned);
  EXPECT_EQ(pinned->repository, "registry.example.com:5000/java");
  EXPECT_EQ(hex(pinned->image), digits);
  EXPECT_EQ(pinned_reference_from("registry.example.com/java@sha256:abc").error().what,
            "the base image is not named by its digest, so it may change");
}

}  // namespace
}  // namespace cicd
