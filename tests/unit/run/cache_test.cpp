// The cache on a real temporary folder: what comes back, and that nothing bad ever does.
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include <cicd/run/cache.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;
namespace fs = std::filesystem;

struct cache_fixture : testing::Test {
  fs::path root;
  std::string work, log, other;
  cached_step entry;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "cicd-cache-XXXXXX").string();
    root = mkdtemp(pattern.data());
    work = (root / "work").string();
    other = (root / "other").string();
    log = (root / "step.log").string();
    put("work/target/app.jar", "the jar");
    put("work/bin/run", "#!/bin/sh");
    chmod((work + "/bin/run").c_str(), 0755);
    fs::create_symlink("app.jar", work + "/target/latest");
    put("step.log", "| built\n");
    entry.result = {sha256("key"), sha256("outputs"), "sha256:abc"};
    entry.outputs = {{"bin/run", 0100755, sha256("#!/bin/sh")},
                     {"target/app.jar", 0100644, sha256("the jar")},
                     {"target/latest", 0120000, sha256("app.jar")}};
    entry.log = sha256("| built\n");
  }
  void TearDown() override { fs::remove_all(root); }

  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << content;
  }
  std::string cache_folder() const { return (root / "cache").string(); }
  step_cache filled() const {
    step_cache cache(cache_folder());
    EXPECT_TRUE(cache.store(entry, work, log));
    return cache;
  }
  std::vector<fs::path> blobs() const {
    std::vector<fs::path> all;
    for (const auto& one : fs::recursive_directory_iterator(root / "cache" / "blobs"))
      if (one.is_regular_file()) all.push_back(one.path());
    return all;
  }
};

TEST_F(cache_fixture, an_entry_comes_back_with_its_files_modes_links_and_log) {
  const step_cache cache = filled();
  const auto found = cache.find(entry.result.key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->result.artifact, "sha256:abc");
  ASSERT_TRUE(cache.restore(*found, other, (root / "other.log").string()));
  EXPECT_EQ(*read_file(other + "/target/app.jar"), "the jar");
  EXPECT_EQ(fs::read_symlink(other + "/target/latest"), "app.jar");
  EXPECT_EQ(fs::status(other + "/bin/run").permissions() & fs::perms::owner_exec, fs::perms::owner_exec);
  EXPECT_EQ(*read_file((root / "other.log").string()), "| built\n");
}

TEST_F(cache_fixture, an_unknown_key_is_a_miss) {
  EXPECT_FALSE(step_cache(cache_folder()).find(sha256("unknown")));
}

TEST_F(cache_fixture, every_blob_that_is_deleted_truncated_or_flipped_is_a_miss) {
  filled();
  const std::size_t number = blobs().size();
  ASSERT_EQ(number, 4U);
  for (std::size_t at = 0; at < number; ++at)
    for (const char* how : {"delete", "truncate", "flip"}) {
      fs::remove_all(cache_folder());
      const step_cache cache = filled();
      const fs::path blob = blobs()[at];
      std::string content = *read_file(blob.string());
      fs::permissions(blob, fs::perms::owner_write, fs::perm_options::add);
      if (how == std::string("delete"))
        fs::remove(blob);
      else if (how == std::string("truncate"))
        std::ofstream(blob) << content.substr(0, content.size() / 2);
      else
        (content[0] = static_cast<char>(content[0] ^ 1)), std::ofstream(blob) << content;
      const auto found = cache.find(entry.result.key);
      ASSERT_TRUE(found);
      EXPECT_FALSE(cache.restore(*found, other, (root / "o.log").string())) << how << " of " << blob;
      fs::remove_all(other);
    }
}

TEST_F(cache_fixture, a_bad_blob_is_made_anew_by_the_next_store) {
  const step_cache cache = filled();
  const std::string blob = cache.blob_path(sha256("the jar"));
  fs::permissions(blob, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(blob) << "poison";
  ASSERT_FALSE(cache.restore(*cache.find(entry.result.key), other, (root / "o.log").string()));
  ASSERT_TRUE(cache.store(entry, work, log));
  EXPECT_TRUE(cache.restore(*cache.find(entry.result.key), other, (root / "o.log").string()));
}

TEST_F(cache_fixture, every_prefix_of_an_entry_and_every_flipped_byte_is_a_miss) {
  const step_cache cache = filled();
  const std::string path = cache.entry_path(entry.result.key);
  const std::string whole = *read_file(path);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::ofstream(path) << whole.substr(0, length);
    ASSERT_FALSE(cache.find(entry.result.key)) << "the first " << length << " bytes";
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    std::ofstream(path) << flipped;
    ASSERT_FALSE(cache.find(entry.result.key)) << "byte " << at;
  }
}

TEST_F(cache_fixture, an_entry_under_another_key_is_a_miss) {
  const step_cache cache = filled();
  const std::string to = cache.entry_path(sha256("stolen"));
  fs::create_directories(fs::path(to).parent_path());
  fs::copy_file(cache.entry_path(entry.result.key), to);
  EXPECT_FALSE(cache.find(sha256("stolen")));
}

TEST_F(cache_fixture, an_output_that_changed_meanwhile_is_not_stored) {
  put("work/target/app.jar", "another jar");
  const step_cache cache(cache_folder());
  EXPECT_FALSE(cache.store(entry, work, log));
  EXPECT_FALSE(cache.find(entry.result.key)) << "the entry comes last";
}

TEST_F(cache_fixture, what_is_restored_replaces_a_folder_of_that_name) {
  const step_cache cache = filled();
  fs::create_directories(other + "/target/app.jar/inside");
  ASSERT_TRUE(cache.restore(*cache.find(entry.result.key), other, (root / "o.log").string()));
  EXPECT_EQ(*read_file(other + "/target/app.jar"), "the jar");
}

}  // namespace
