// The cache on a real temporary folder: what comes back, and that nothing bad ever does.
#include <sys/stat.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include <cicd/base/json.hpp>
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
    entry.result = {sha256("key"), {}, "sha256:" + hex(sha256("image"))};
    entry.outputs = {{"bin/run", 0100755, sha256("#!/bin/sh")},
                     {"target/app.jar", 0100644, sha256("the jar")},
                     {"target/latest", 0120000, sha256("app.jar")}};
    entry.result.outputs = digest_of(entry.outputs);
    entry.log = sha256("| built\n");
  }
  void TearDown() override { fs::remove_all(root); }

  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << content;
  }
  const std::string& other_folder() const { return other; }
  std::string cache_folder() const { return (root / "cache").string(); }
  /// Puts an entry there as whoever can write the folder would: with a right digest, whatever it says.
  void forge(file_set outputs, file_set reports = {}, std::optional<digest> result = {}) {
    entry.outputs = std::move(outputs);
    entry.reports = std::move(reports);
    entry.result.outputs = result.value_or(digest_of(entry.outputs));
    const step_cache cache(cache_folder());
    ASSERT_TRUE(write_file(cache.blob_path(sha256("evil")), "evil", durability::fast));
    json body;
    body.set("key", hex(entry.result.key));
    body.set("result", hex(entry.result.outputs));
    body.set("artifact", entry.result.artifact);
    body.set("log", hex(digest{}));
    for (const auto& [name, files] :
         {std::pair{"outputs", entry.outputs}, std::pair{"reports", entry.reports}}) {
      json all{json::array{}};
      for (const observed_file& file : files) {
        json one;
        one.set("path", file.path);
        one.set("mode", static_cast<int>(file.mode));
        one.set("digest", hex(file.content));
        all.push(std::move(one));
      }
      body.set(name, std::move(all));
    }
    const std::string text = compact(body);
    ASSERT_TRUE(write_file(cache.entry_path(entry.result.key),
                           "cicd-step-1 " + hex(sha256(text)) + "\n" + text, durability::fast));
  }
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
  EXPECT_EQ(found->result.artifact, entry.result.artifact);
  ASSERT_TRUE(cache.restore(*found, other, (root / "other.log").string()));
  EXPECT_EQ(*read_file(other + "/target/app.jar"), "the jar");
  EXPECT_EQ(fs::read_symlink(other + "/target/latest"), "app.jar");
  EXPECT_EQ(fs::status(other + "/bin/run").permissions() & fs::perms::owner_exec, fs::perms::owner_exec);
  EXPECT_EQ(*read_file((root / "other.log").string()), "| built\n");
}

TEST_F(cache_fixture, an_entry_is_read_and_written_by_its_user_alone) {
  struct stat about {};
  ASSERT_EQ(stat(filled().entry_path(entry.result.key).c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(cache_fixture, names_come_back_that_are_no_text) {
  const std::string name = "\xff \xc3\xa9 \x80";
  put("work/" + name, "odd");
  entry.outputs = {{name, 0100644, sha256("odd")}};
  entry.result.outputs = digest_of(entry.outputs);
  const step_cache cache = filled();
  const auto found = cache.find(entry.result.key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->outputs, entry.outputs);
  ASSERT_TRUE(cache.restore(*found, other, (root / "other.log").string()));
  EXPECT_EQ(*read_file(other + "/" + name), "odd");
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

TEST_F(cache_fixture, an_entry_that_is_forged_well_is_served_so_that_the_other_tests_mean_something) {
  forge({{"out/file", 0100644, sha256("evil")}});
  EXPECT_TRUE(step_cache(cache_folder()).find(entry.result.key));
}

TEST_F(cache_fixture, nothing_in_an_entry_can_lead_out_of_the_folder_that_it_is_put_into) {
  const digest evil = sha256("evil");
  const std::vector<file_set> forged = {
      {{"../file", 0100644, evil}},
      {{"/home/other/file", 0100644, evil}},
      {{"a/../../file", 0100644, evil}},
      {{"", 0100644, evil}},
      {{"d", 0120000, evil}, {"d/x", 0100644, evil}},
      {{"a/d", 0120000, evil}, {"a/d-", 0100644, evil}, {"a/d/x/y", 0100644, evil}},
      {{"d/x", 0100644, evil}, {"d", 0120000, evil}},
      {{"d", 0100644, evil}, {"d/x", 0100644, evil}},
      {{"d", 0120000, evil}, {"d", 0100644, evil}},
      {{"device", 0020666, evil}},
      {{"setuid", 0104755, evil}},
      {{"folder", 0040755, evil}}};
  for (const file_set& files : forged) {
    forge(files);
    EXPECT_FALSE(step_cache(cache_folder()).find(entry.result.key)) << files.back().path;
  }
  forge({{"d", 0120000, evil}}, {{"d/x", 0100644, evil}});
  EXPECT_FALSE(step_cache(cache_folder()).find(entry.result.key))
      << "a report through a link among the outputs";
}

TEST_F(cache_fixture, an_entry_of_a_domain_counts_in_that_domain_alone) {
  const step_cache fork(cache_folder(), "change-1"), other(cache_folder(), "change-2"),
      trusted(cache_folder());
  ASSERT_TRUE(fork.store(entry, work, log));
  ASSERT_TRUE(fork.find(entry.result.key));
  EXPECT_EQ(fork.find(entry.result.key)->by, "change-1");
  const std::string path = fork.entry_path(entry.result.key);
  for (const step_cache* elsewhere : {&trusted, &other}) {
    const std::string to = elsewhere->entry_path(entry.result.key);
    fs::create_directories(fs::path(to).parent_path());
    fs::copy_file(path, to);
    chmod(to.c_str(), 0600);
    EXPECT_FALSE(elsewhere->find(entry.result.key)) << to;
  }
  // What is trusted is read by all, also where a job of the change was handed it.
  ASSERT_TRUE(trusted.store(entry, work, log));
  fs::copy_file(trusted.entry_path(entry.result.key), path, fs::copy_options::overwrite_existing);
  EXPECT_TRUE(fork.find(entry.result.key));
  EXPECT_TRUE(trusted.find(entry.result.key));
}

TEST_F(cache_fixture, an_entry_whose_artifact_is_none_is_a_miss) {
  for (const char* artifact : {"sha256:abc", "x", "sha256:\norders/image"}) {
    entry.result.artifact = artifact;
    forge({{"out/file", 0100644, sha256("evil")}});
    EXPECT_FALSE(step_cache(cache_folder()).find(entry.result.key)) << artifact;
  }
}

TEST_F(cache_fixture, an_entry_that_gives_its_outputs_another_digest_is_a_miss) {
  forge({{"out/file", 0100644, sha256("evil")}}, {}, sha256("what later steps are told"));
  EXPECT_FALSE(step_cache(cache_folder()).find(entry.result.key));
}

TEST_F(cache_fixture, an_entry_that_is_a_link_or_a_pipe_is_a_miss) {
  const step_cache cache = filled();
  const std::string path = cache.entry_path(entry.result.key);
  fs::rename(path, path + ".moved");
  fs::create_symlink(path + ".moved", path);
  EXPECT_FALSE(cache.find(entry.result.key));
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(cache.find(entry.result.key));
}

TEST_F(cache_fixture, an_entry_in_a_folder_that_others_can_fill_is_a_miss_also_in_a_domain) {
  for (const char* domain : {"", "change-1"}) {
    const step_cache cache(cache_folder(), domain);
    ASSERT_TRUE(cache.store(entry, work, log));
    ASSERT_TRUE(cache.find(entry.result.key));
    const std::string path = cache.entry_path(entry.result.key);
    for (fs::path at = fs::path(path).parent_path(); at != root / "cache"; at = at.parent_path()) {
      ASSERT_EQ(chmod(at.c_str(), 01777), 0);
      EXPECT_FALSE(cache.find(entry.result.key)) << at;
      ASSERT_EQ(chmod(at.c_str(), 0700), 0);
    }
    ASSERT_TRUE(cache.find(entry.result.key));
    fs::remove_all(cache_folder());
  }
}

TEST_F(cache_fixture, a_blob_that_reads_like_an_entry_is_none) {
  const step_cache cache = filled();
  const std::string path = cache.entry_path(entry.result.key);
  put("work/forged", *read_file(path));
  cached_step second = entry;
  second.result.key = sha256("another key");
  second.outputs = {{"forged", 0100644, sha256(*read_file(path))}};
  second.result.outputs = digest_of(second.outputs);
  ASSERT_TRUE(cache.store(second, work, log));
  fs::rename(cache.blob_path(second.outputs.front().content), path);
  EXPECT_FALSE(cache.find(entry.result.key));
}

TEST_F(cache_fixture, what_a_domain_keeps_is_read_by_nobody_else) {
  const step_cache trusted(cache_folder()), one(cache_folder(), "change-1"),
      other(cache_folder(), "change-2");
  ASSERT_TRUE(one.store(entry, work, log));
  EXPECT_TRUE(one.find(entry.result.key));
  EXPECT_FALSE(trusted.find(entry.result.key));
  EXPECT_FALSE(other.find(entry.result.key));
  // Nor do its blobs serve: the trusted entry's own are asked for.
  ASSERT_TRUE(trusted.store(entry, work, log));
  const std::string blob = one.blob_path(sha256("the jar"));
  EXPECT_NE(blob, trusted.blob_path(sha256("the jar")));
  fs::remove(trusted.blob_path(sha256("the jar")));
  EXPECT_FALSE(trusted.restore(*trusted.find(entry.result.key), other_folder(), (root / "o.log").string()));
}

TEST_F(cache_fixture, a_domain_reads_its_own_entries_first_and_then_the_trusted_ones) {
  const step_cache trusted(cache_folder()), one(cache_folder(), "change-1");
  ASSERT_TRUE(trusted.store(entry, work, log));
  const auto found = one.find(entry.result.key);
  ASSERT_TRUE(found);
  ASSERT_TRUE(one.restore(*found, other_folder(), (root / "o.log").string()));
  EXPECT_EQ(*read_file(other_folder() + "/target/app.jar"), "the jar");
  put("work/target/app.jar", "another jar");
  cached_step own = entry;
  own.outputs[1].content = sha256("another jar");
  own.result.outputs = digest_of(own.outputs);
  ASSERT_TRUE(one.store(own, work, log));
  EXPECT_EQ(one.find(entry.result.key)->result.outputs, own.result.outputs);
  EXPECT_EQ(trusted.find(entry.result.key)->result.outputs, entry.result.outputs);
}

TEST_F(cache_fixture, a_domain_takes_nothing_away_from_the_trusted_one) {
  const step_cache trusted(cache_folder()), one(cache_folder(), "change-1");
  ASSERT_TRUE(trusted.store(entry, work, log));
  const std::string blob = trusted.blob_path(sha256("the jar"));
  fs::permissions(blob, fs::perms::owner_write, fs::perm_options::add);
  std::ofstream(blob) << "poison";
  EXPECT_FALSE(one.restore(*one.find(entry.result.key), other_folder(), (root / "o.log").string()));
  EXPECT_TRUE(fs::exists(blob));
}

TEST_F(cache_fixture, many_that_keep_the_same_bytes_at_once_all_succeed) {
  constexpr int number = 8;
  const step_cache cache(cache_folder());
  for (int round = 0; round < 10; ++round) {
    fs::remove_all(cache_folder());
    std::atomic<int> waiting{number}, kept{0};
    std::vector<std::thread> threads;
    for (int at = 0; at < number; ++at)
      threads.emplace_back([&] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        if (cache.store(entry, work, log)) ++kept;
      });
    for (std::thread& one : threads) one.join();
    ASSERT_EQ(kept, number);
    ASSERT_TRUE(cache.restore(*cache.find(entry.result.key), other_folder(), (root / "o.log").string()));
  }
  for (const fs::path& blob : blobs()) EXPECT_EQ(blob.string().find(".part"), std::string::npos) << blob;
}

TEST_F(cache_fixture, what_is_restored_replaces_a_folder_of_that_name) {
  const step_cache cache = filled();
  fs::create_directories(other + "/target/app.jar/inside");
  ASSERT_TRUE(cache.restore(*cache.find(entry.result.key), other, (root / "o.log").string()));
  EXPECT_EQ(*read_file(other + "/target/app.jar"), "the jar");
}

}  // namespace
