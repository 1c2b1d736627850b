// Bills of materials: package URLs, what files of package managers say, ELF files that lie, and that the same
// image has the same bill.
#include <cicd/image/sbom/bill_documents.hpp>

#include <gmock/gmock.h>

#include <cicd/image/beside.hpp>
#include <cicd/image/image_source.hpp>
#include <cicd/image/sbom/attached.hpp>
#include <cicd/image/sbom/elf.hpp>
#include <cicd/image/sbom/readers.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

std::vector<std::string> urls_of(const std::vector<sbom_component>& all) {
  std::vector<std::string> urls;
  for (const sbom_component& each : all) urls.push_back(package_url_of(each));
  return urls;
}

TEST(package_url, is_encoded_by_the_rules_of_its_type) {
  EXPECT_EQ(package_url_of({.type = "npm", .space = "@angular", .name = "core", .version = "17.0.1"}),
            "pkg:npm/%40angular/core@17.0.1");
  EXPECT_EQ(package_url_of({.type = "pypi", .space = {}, .name = "Flask_Cors", .version = "1"}),
            "pkg:pypi/flask-cors@1");
  EXPECT_EQ(package_url_of(
                {.type = "golang", .space = "github.com/Masterminds", .name = "semver", .version = "v3+x"}),
            "pkg:golang/github.com/masterminds/semver@v3%2Bx");
  EXPECT_EQ(package_url_of({.type = "deb",
                            .space = "debian",
                            .name = "libstdc++6",
                            .version = "1:2-3~x",
                            .qualifiers = {{"arch", "amd64"}, {"distro", ""}}}),
            "pkg:deb/debian/libstdc%2B%2B6@1:2-3~x?arch=amd64");
  EXPECT_EQ(package_url_of({.type = {}, .space = {}, .name = "x", .version = "1"}), "");
}

TEST(sbom_file, is_found_by_its_path_alone) {
  EXPECT_EQ(sbom_file_at("var/lib/dpkg/status"), sbom_file::dpkg_status);
  EXPECT_EQ(sbom_file_at("var/lib/dpkg/status.d/libc6"), sbom_file::dpkg_status);
  EXPECT_EQ(sbom_file_at("var/lib/dpkg/status.d/libc6.md5sums"), sbom_file::dpkg_list);
  EXPECT_EQ(sbom_file_at("srv/var/lib/dpkg/status"), sbom_file::none);
  EXPECT_EQ(sbom_file_at("app/node_modules/@a/b/package.json"), sbom_file::npm_package);
  EXPECT_EQ(sbom_file_at("app/node_modules/b/dist/package.json"), sbom_file::none);
  EXPECT_EQ(sbom_file_at("app/my_node_modules/b/package.json"), sbom_file::none);
  EXPECT_EQ(sbom_file_at("app/package.json"), sbom_file::none);
  EXPECT_EQ(sbom_file_at("usr/lib/python3/x-1.dist-info/METADATA"), sbom_file::python_metadata);
  EXPECT_EQ(sbom_file_at("METADATA"), sbom_file::none);
}

TEST(readers, list_what_is_installed) {
  EXPECT_THAT(
      urls_of(dpkg_packages("Package: a\nVersion: 1\nArchitecture: all\nStatus: install ok unpacked\n\n\n"
                            "Package: b\nVersion: 2\nStatus: deinstall ok config-files\n\nVersion: 3\n")),
      testing::ElementsAre("pkg:deb/a@1?arch=all"));
  EXPECT_THAT(urls_of(apk_packages("C:x\nP:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\n\nP:zlib\nV:1\n")),
              testing::ElementsAre("pkg:apk/musl@1.2.4-r2?arch=x86_64", "pkg:apk/zlib@1"));
  EXPECT_THAT(
      urls_of(npm_packages_of_lock(
          R"({"packages":{"":{},"node_modules/a":{"version":"1"},)"
          R"("node_modules/a/node_modules/@s/b":{"version":"2"},"node_modules/d":{"version":"3","dev":true}}})")),
      testing::ElementsAre("pkg:npm/a@1", "pkg:npm/%40s/b@2"));
  EXPECT_TRUE(npm_packages("{").empty());
  EXPECT_TRUE(npm_packages("[]").empty());
  EXPECT_TRUE(java_runtimes("VERSION=1\n").empty());
  EXPECT_THAT(linkable_in_list("/.\n/usr/lib/x/libc.so.6\n/usr/share/doc/c\n0123  usr/bin/env\n"),
              testing::ElementsAre("bin/env", "lib/x/libc.so.6"));
  EXPECT_EQ(dpkg_package_of_list("var/lib/dpkg/info/libc6:amd64.list"), "libc6");
}

TEST(go_modules, are_those_that_were_built_in) {
  const auto found = go_components(
      "go1.22.1 "
      "X:y\npath\ta\nmod\texample.com/a\tv1.0.0\nbuild\t-x=y\ndep\tb.org/c\tv1\th1\n=>\td.org/c\tv2\th2\n");
  EXPECT_THAT(urls_of(found), testing::ElementsAre("pkg:golang/example.com/a@v1.0.0", "pkg:golang/d.org/c@v2",
                                                   "pkg:golang/stdlib@1.22.1"));
  EXPECT_TRUE(go_components("").empty());
}

TEST(elf_facts, of_bytes_that_lie_are_none_and_read_nothing_beyond_them) {
  std::string bytes(
      "\x7f"
      "ELF\2\1\1",
      7);
  bytes.resize(64, '\0');
  bytes[0x10] = 3;
  EXPECT_TRUE(elf_facts_of(bytes));
  bytes[0x12] = '\xf3';
  EXPECT_EQ(elf_facts_of(bytes)->architecture, "riscv64");
  bytes[0x28] = 1;
  for (const std::size_t at : {0x29UL, 0x2fUL, 0x3aUL, 0x3cUL, 0x3dUL, 0x3eUL})
    for (const char value : {'\x01', '\x7f', '\xff'}) {
      std::string wrong = bytes;
      wrong[at] = value;
      wrong[0x3a] = 64;
      wrong[0x3c] = '\xff';
      (void)elf_facts_of(wrong);
    }
  EXPECT_FALSE(
      elf_facts_of("\x7f"
                   "ELF"));
  EXPECT_FALSE(elf_facts_of(std::string(100, 'x')));
}

class bills : public image_tests::in_folder {
 protected:
  digest image(const std::string& name, const std::vector<image_tests::member>& members) const {
    image_tests::write_tar(at(name + ".tar"), members);
    image_recipe recipe;
    recipe.base = "rootfs:" + at(name + ".tar");
    recipe.directory = folder;
    recipe.architecture = "arm64";
    const auto built = build_image(recipe, at(name), {.folder = at("cache-" + name)}, 1, nullptr);
    EXPECT_TRUE(built) << text_of(built.error());
    return built.value_or({}).manifest;
  }
  bill_of_materials bill(const std::string& name, const digest& of) const {
    const auto in = layout_source(at(name));
    const auto seen = see_image(*in, of, {});
    EXPECT_TRUE(seen) << text_of(seen.error());
    const auto made = bill_of(*seen, at(name), {}, 4, nullptr);
    EXPECT_TRUE(made) << text_of(made.error());
    return made.value_or({});
  }
  std::unique_ptr<registry> open() const {
    registry_options options;
    options.embedded = at("registry");
    return *registry_for("orders", options, surroundings(std::map<std::string, std::string, std::less<>>()));
  }
};

TEST_F(bills, of_the_same_image_are_the_same_bytes) {
  const std::vector<image_tests::member> members{{"etc/os-release", "ID=alpine\nVERSION_ID=3.20\n"},
                                                 {"lib/apk/db/installed", "P:musl\nV:1\nA:x86_64\n"}};
  const digest one = image("one", members), two = image("two", members);
  ASSERT_EQ(one, two);
  const auto first = documents_of(bill("one", one), {}), second = documents_of(bill("two", two), {});
  EXPECT_EQ(first.all, second.all);
  EXPECT_EQ(cyclonedx_of(bill("one", one))["metadata"]["timestamp"].text(), "1970-01-01T00:00:01Z");
  EXPECT_THAT(urls_of(bill("one", one).components),
              testing::ElementsAre("pkg:apk/alpine/musl@1?arch=x86_64&distro=alpine-3.20"));
  const digest third = image("three", {{"etc/os-release", "ID=alpine\nVERSION_ID=3.21\n"}});
  EXPECT_NE(cyclonedx_of(bill("three", third))["serialNumber"],
            cyclonedx_of(bill("one", one))["serialNumber"]);
}

TEST_F(bills, list_packages_whose_list_is_a_link) {
  image_tests::member link{.name = "lib/apk/db", .content = {}, .type = AE_IFLNK, .target = "/opt/db"};
  const digest one = image("one", {{"opt/db/installed", "P:musl\nV:1\n"}, link});
  image_tests::member other{.name = "var/lib/dpkg/status", .content = {}, .hard_link = "list"};
  const digest two = image("two", {{"list", "Package: a\nVersion: 1\n"}, other});
  EXPECT_THAT(urls_of(bill("one", one).components), testing::ElementsAre("pkg:apk/alpine/musl@1"));
  EXPECT_THAT(urls_of(bill("two", two).components), testing::ElementsAre("pkg:deb/debian/a@1"));
}

TEST_F(bills, are_written_once_beside_an_image_and_removed_with_it) {
  const digest one = image("one", {{"lib/apk/db/installed", "P:musl\nV:1\n"}});
  const auto to = open();
  ASSERT_TRUE(attach_bill(*to, at("one"), one, at("scratch"), {}));
  EXPECT_FALSE(exists(at("scratch")));
  const std::string tag = "sha256-" + hex(one) + ".sbom";
  const auto there = to->documents(tag);
  ASSERT_TRUE(there && *there);
  EXPECT_EQ((*there)->subject->content, one);
  EXPECT_EQ((*there)->all.size(), 2U);
  const auto before = to->resolve(tag);
  ASSERT_TRUE(attach_bill(*to, at("nowhere"), one, at("scratch"), {}));  // nothing is read for it
  EXPECT_EQ(*to->resolve(tag), *before);
  ASSERT_TRUE(remove_beside(*to, one));
  EXPECT_FALSE(*to->resolve(tag));
  EXPECT_TRUE(remove_beside(*to, one));
}

}  // namespace
}  // namespace cicd
