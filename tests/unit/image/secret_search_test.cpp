// Secrets in files, and in what these hold.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <cicd/image/secret_search.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct secret_search : testing::Test {
  std::string root = (fs::temp_directory_path() / "cicd-search-XXXXXX").string();
  secret_finder finder{{secret_value("canary-token-1")}};
  void SetUp() override { ASSERT_NE(mkdtemp(root.data()), nullptr); }
  void TearDown() override { fs::remove_all(root); }
  void shell(const std::string& line) { ASSERT_EQ(std::system(("cd '" + root + "' && " + line).c_str()), 0); }
  std::string found_in(const std::string& name) {
    const auto place = secret_place_in(root + "/" + name, finder);
    EXPECT_TRUE(place);
    return place && *place ? "found:" + **place : "";
  }
};

TEST_F(secret_search, finds_it_in_a_file_also_where_two_readings_meet) {
  for (const std::size_t before : {std::size_t{0}, (std::size_t{1} << 20U) - 5, (std::size_t{1} << 16U) - 3,
                                   (std::size_t{256} << 10U) - 7}) {
    std::ofstream(root + "/file") << std::string(before, 'x') << "canary-token-1 and more";
    EXPECT_EQ(found_in("file"), "found:") << before;
  }
  std::ofstream(root + "/clean") << std::string(3 << 20U, 'c');
  EXPECT_EQ(found_in("clean"), "");
}

TEST_F(secret_search, finds_it_in_archives_within_archives) {
  shell(
      "mkdir -p d && echo token=canary-token-1 > d/app.properties && tar cf a.tar d && gzip -k a.tar && "
      "python3 -c \"import lzma; open('a.tar.xz', 'wb').write(lzma.compress(open('a.tar', 'rb').read()))\" "
      "&& "
      "python3 -m zipfile -c a.zip d/app.properties && mkdir e && cp a.zip e/ && tar czf outer.tar.gz e && "
      "gzip -k d/app.properties");
  EXPECT_EQ(found_in("a.tar"), "found:");
  EXPECT_EQ(found_in("a.tar.gz"), "found:d/app.properties");
  EXPECT_EQ(found_in("a.tar.xz"), "found:d/app.properties");
  EXPECT_EQ(found_in("a.zip"), "found:app.properties");
  EXPECT_EQ(found_in("outer.tar.gz"), "found:e/a.zip > app.properties");
  EXPECT_EQ(found_in("d/app.properties.gz"), "found:");
}

TEST_F(secret_search, finds_it_in_a_zip_with_something_in_front_of_it) {
  shell(
      "mkdir -p d/e && for n in 1 2 3 4; do echo token=canary-token-1 >> d/app.properties; done && "
      "python3 -m zipfile -c a.zip d/app.properties && printf '#!/bin/bash\\nexec java -jar $0\\n' > app.jar "
      "&& cat a.zip >> app.jar && cp app.jar d/e/ && tar czf outer.tar.gz -C d e && echo clean > clean && "
      "tar cf odd clean && cat a.zip >> odd && tar cf start.tar clean && python3 -m zipfile -c b.zip "
      "app.jar");
  EXPECT_EQ(found_in("app.jar"), "found:app.properties");
  EXPECT_EQ(found_in("outer.tar.gz"), "found:e/app.jar > app.properties");
  EXPECT_EQ(found_in("b.zip"), "found:app.jar > app.properties");
  EXPECT_EQ(found_in("odd"), "found:app.properties");
}

TEST_F(secret_search, finds_it_behind_the_end_of_another_tar) {
  shell(
      "echo clean > clean && echo canary-token-1 | gzip > in.gz && tar cf one.tar clean && tar cf two.tar "
      "in.gz && cat one.tar two.tar > both.tar && gzip -k both.tar");
  EXPECT_EQ(found_in("both.tar"), "found:in.gz");
  EXPECT_EQ(found_in("both.tar.gz"), "found:in.gz");
}

TEST_F(secret_search, finds_it_in_the_names_of_members_and_says_none) {
  shell(
      "mkdir d && echo 1 > d/canary-token-1.txt && ln d/canary-token-1.txt d/a && tar czf name.tar.gz "
      "d/canary-token-1.txt && ln -s canary-token-1 link && tar czf link.tar.gz link && python3 -m zipfile "
      "-c name.zip d/canary-token-1.txt && gzip name.zip");
  for (const char* name : {"name.tar.gz", "link.tar.gz", "name.zip.gz"})
    EXPECT_EQ(found_in(name), "found:a name in it") << name;
}

TEST_F(secret_search, a_broken_archive_is_searched_as_it_is) {
  std::ofstream(root + "/bad.zip") << "PK\3\4 not a zip";
  EXPECT_EQ(found_in("bad.zip"), "");
  std::ofstream(root + "/bad2.zip") << "PK\3\4 canary-token-1";
  EXPECT_EQ(found_in("bad2.zip"), "found:");
}

TEST_F(secret_search, names_the_file_of_a_folder_and_follows_no_link) {
  shell("mkdir -p in/sub layout && echo canary-token-1 > layout/x && ln -s ../layout/x in/link");
  EXPECT_EQ(**secret_place_below(root, finder), "layout/x");
  EXPECT_FALSE(*secret_place_below(root, finder, "layout"));
  shell("echo canary-token-1 > in/sub/file");
  EXPECT_EQ(**secret_place_below(root, finder, "layout"), "in/sub/file");
}

}  // namespace
