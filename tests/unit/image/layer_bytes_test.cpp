// The bytes of a layer: tar, gzip members, and the store that keeps them.
#include <sys/stat.h>
#include <zlib.h>

#include <random>

#include <cicd/image/layer_store.hpp>
#include <cicd/image/layer_tar.hpp>
#include <cicd/image/parallel_gzip.hpp>

#include "image_fixture.hpp"

namespace cicd {
namespace {

class layer_bytes : public image_tests::in_folder {
 protected:
  static std::string packed(const std::string& plain, unsigned threads, std::size_t step) {
    std::string bytes;
    parallel_gzip gzip(threads, [&](std::string_view more) {
      bytes += more;
      return status{};
    });
    for (std::size_t i = 0; i < plain.size(); i += step)
      EXPECT_TRUE(gzip.write(std::string_view(plain).substr(i, step)));
    EXPECT_TRUE(gzip.finish());
    return bytes;
  }

  std::string unpacked(const std::string& bytes) const {
    gzFile file = gzopen(write("packed.gz", bytes).c_str(), "rb");
    std::string plain(8U << 20U, '\0');
    plain.resize(static_cast<std::size_t>(gzread(file, plain.data(), plain.size())));
    gzclose(file);
    return plain;
  }

  result<std::string> tar_of(const std::string& from, bool touch_between = false) const {
    auto items = listed_items({"application", {{from, "/app"}}});
    if (!items) return items.error();
    if (auto read = digest_items(*items, 1, nullptr); !read) return read.error();
    auto settled = settled_items(*items);
    if (!settled) return settled.error();
    if (touch_between) std::filesystem::resize_file(from + "/x", 1);
    std::string bytes;
    const auto take = [&](std::string_view more) {
      bytes += more;
      return status{};
    };
    if (auto written = write_layer_tar(*settled, take, nullptr); !written) return written.error();
    return bytes;
  }
};

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string bytes(size, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_F(layer_bytes, of_gzip_do_not_depend_on_threads_or_writes) {
  std::string plain = noise(700'000);
  for (int i = 0; i < 100'000; ++i) plain += "line " + std::to_string(i % 1'000) + "\n";
  const std::string first = packed(plain, 1, plain.size());
  EXPECT_EQ(packed(plain, 8, 4'097), first);
  EXPECT_EQ(packed(plain, 3, 262'144), first);
  EXPECT_EQ(unpacked(first), plain);
  EXPECT_LT(first.size(), 1'200'000U);
}

TEST_F(layer_bytes, of_gzip_say_no_time_and_no_system) {
  const std::string bytes = packed("x", 1, 1);
  EXPECT_EQ(bytes.substr(4, 4), std::string(4, '\0'));
  EXPECT_EQ(bytes[9], '\xff');
}

TEST_F(layer_bytes, of_gzip_end_with_the_error_of_whom_they_go_to) {
  parallel_gzip gzip(2, [](std::string_view) -> status {
    return error{.kind = exit_class::cannot_save, .subject = {}, .what = "full", .value = {}, .notes = {}};
  });
  ASSERT_TRUE(gzip.write("x"));
  const auto ended = gzip.finish();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().what, "full");
}

TEST_F(layer_bytes, of_a_tar_are_the_same_on_another_path_and_another_day) {
  for (const char* place : {"one", "other"}) {
    write(std::string(place) + "/x", "content");
    write(std::string(place) + "/ünïcödé/" + std::string(150, 'n'), "long");
  }
  std::filesystem::last_write_time(at("other/x"),
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  const auto one = tar_of(at("one")), other = tar_of(at("other"));
  ASSERT_TRUE(one && other);
  EXPECT_EQ(*one, *other);
  EXPECT_NE(one->find("ünïcödé"), std::string::npos);
  EXPECT_EQ(one->find("root"), std::string::npos);
}

TEST_F(layer_bytes, of_a_file_that_changes_between_looking_and_packing_are_refused) {
  write("app/x", "content");
  const auto tar = tar_of(at("app"), true);
  ASSERT_FALSE(tar);
  EXPECT_EQ(tar.error().kind, exit_class::usage);
  EXPECT_EQ(tar.error().what, "the file changed while the image was built");
  EXPECT_EQ(tar.error().value, at("app/x"));
}

class layer_stores : public image_tests::in_folder {
 protected:
  layer_stores() : store(at("cache")) {}

  result<packed_layer> add(const std::string& bytes) {
    return store.add(key, [&](int file, const std::string& path) -> result<packed_layer> {
      if (auto written = write_all(file, bytes, path); !written) return written.error();
      return packed_layer{.blob = sha256(bytes), .diff_id = sha256("tar"), .size = bytes.size()};
    });
  }

  layer_store store;
  digest key = sha256("key");
  std::string blob() const { return store.blob_path(sha256("bytes")); }
  std::string entry() const { return at("cache/layers/" + hex(key) + ".json"); }
};

TEST_F(layer_stores, find_what_was_added) {
  EXPECT_FALSE(store.find(key));
  ASSERT_TRUE(add("bytes"));
  const auto found = store.find(key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->blob, sha256("bytes"));
  EXPECT_EQ(found->diff_id, sha256("tar"));
  EXPECT_EQ(found->size, 5U);
}

TEST_F(layer_stores, miss_a_blob_that_is_deleted_cut_flipped_or_a_link) {
  const auto spoilt = [&](auto spoil) {
    EXPECT_TRUE(add("bytes"));
    EXPECT_TRUE(store.find(key));
    spoil();
    EXPECT_FALSE(store.find(key));
    std::filesystem::remove(blob());
  };
  spoilt([&] { std::filesystem::remove(blob()); });
  spoilt([&] { std::filesystem::resize_file(blob(), 4); });
  spoilt([&] { std::ofstream(blob()) << "bytez"; });
  spoilt([&] {
    std::filesystem::rename(blob(), at("elsewhere"));
    std::filesystem::create_symlink(at("elsewhere"), blob());
  });
}

TEST_F(layer_stores, miss_a_blob_that_was_known_to_be_right_and_was_rewritten_with_its_old_time) {
  ASSERT_TRUE(add("bytes"));
  let_file_time_pass(blob());
  store.confirm(key);
  EXPECT_NE(content_of(entry()).find(stamp_at(blob())->text()), std::string::npos);
  ASSERT_TRUE(store.find(key));
  const auto time = std::filesystem::last_write_time(blob());
  std::ofstream(blob()) << "bytez";
  std::filesystem::last_write_time(blob(), time);
  EXPECT_FALSE(store.find(key));
}

TEST_F(layer_stores, note_no_stamp_of_what_changed_as_late_as_it_was_looked_at) {
  ASSERT_TRUE(add("bytes"));
  bool was_noted_too_early = false;
  for (int i = 0; i < 50; ++i) {
    std::ofstream(blob()) << "bytes";
    store.confirm(key);
    const auto stamp = stamp_at(blob());
    was_noted_too_early = was_noted_too_early
                          || (stamp->changed == file_time_now()
                              && content_of(entry()).find(stamp->text()) != std::string::npos);
  }
  EXPECT_FALSE(was_noted_too_early);
}

TEST_F(layer_stores, miss_what_lies_in_a_folder_that_others_can_fill) {
  ASSERT_EQ(chmod(at("").c_str(), 0755), 0);  // as of a cache that others can enter
  ASSERT_TRUE(add("bytes"));
  store.remember(sha256("look"), key);
  for (const char* folder : {"cache", "cache/layers", "cache/looks"}) {
    ASSERT_EQ(chmod(at(folder).c_str(), 01777), 0);
    EXPECT_FALSE(store.find(key) && store.key_for(sha256("look"))) << folder;
    EXPECT_FALSE(store.is_own_folder(at(folder)));
    ASSERT_EQ(chmod(at(folder).c_str(), 0755), 0);
    EXPECT_TRUE(store.is_own_folder(at(folder)));
  }
  EXPECT_TRUE(store.find(key));
}

TEST_F(layer_stores, of_a_build_tree_read_the_trusted_one_elsewhere) {
  ASSERT_TRUE(add("bytes"));
  EXPECT_TRUE(layer_store(at("build/layers"), at("cache")).find(key));
  EXPECT_TRUE(layer_store(at("build/layers"), at("cache")).is_own_folder(at("cache/blobs")));
}

TEST_F(layer_stores, take_nothing_that_says_it_was_written_by_another) {
  const layer_store fork(at("domains/change-1/layers"), at("cache"));
  ASSERT_TRUE(add("bytes"));
  ASSERT_TRUE(fork.find(key));
  const digest look = sha256("look");
  fork.remember(look, key);
  EXPECT_EQ(fork.key_for(look), key);
  std::filesystem::copy(
      at("domains/change-1/layers"), at("cache"),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  EXPECT_FALSE(store.find(key));
  EXPECT_FALSE(store.key_for(look));
  std::filesystem::create_directories(at("domains/change-2"));
  std::filesystem::copy(at("domains/change-1/layers"), at("domains/change-2/layers"),
                        std::filesystem::copy_options::recursive);
  EXPECT_FALSE(layer_store(at("domains/change-2/layers"), at("nowhere")).find(key));
}

TEST_F(layer_stores, give_the_key_of_a_look_unless_it_is_damaged) {
  const digest look = sha256("look");
  EXPECT_FALSE(store.key_for(look));
  store.remember(look, key);
  EXPECT_EQ(store.key_for(look), key);
  const std::string path = at("cache/looks/" + hex(look));
  const std::string whole = content_of(path);
  for (const std::string& damaged :
       {std::string(), whole.substr(0, 64), "0" + whole.substr(1), hex(sha256("other")) + whole.substr(64)}) {
    std::ofstream(path) << damaged;
    EXPECT_FALSE(store.key_for(look)) << damaged;
  }
}

TEST_F(layer_stores, miss_an_entry_that_is_empty_half_or_of_a_newer_version) {
  const auto spoilt = [&](const std::string& content) {
    EXPECT_TRUE(add("bytes"));
    std::ofstream(entry()) << content;
    EXPECT_FALSE(store.find(key)) << content;
  };
  ASSERT_TRUE(add("bytes"));
  const std::string whole = content_of(entry());
  spoilt("");
  spoilt(whole.substr(0, whole.size() / 2));
  spoilt("{\"version\":2" + whole.substr(whole.find(',')));
}

TEST_F(layer_stores, keep_nothing_of_a_failed_packing) {
  const auto failed = store.add(key, [](int, const std::string&) -> result<packed_layer> {
    return error{.kind = exit_class::cannot_save, .subject = {}, .what = "full", .value = {}, .notes = {}};
  });
  ASSERT_FALSE(failed);
  EXPECT_FALSE(store.find(key));
  EXPECT_TRUE(names_in(store.unfinished_folder()).empty());
}

TEST_F(layer_stores, sweep_what_a_killed_maker_left_and_nothing_of_a_living_one) {
  auto living = unfinished::make(store.unfinished_folder(), entry_kind::folder);
  ASSERT_TRUE(living);
  write("cache/unfinished/killed", "half");
  write("cache/unfinished/killed-folder/half", "half");
  unfinished::sweep(store.unfinished_folder());
  EXPECT_EQ(at("cache/unfinished/" + names_in(store.unfinished_folder()).at(0)), living->path());
  EXPECT_EQ(names_in(store.unfinished_folder()).size(), 1U);
}

}  // namespace
}  // namespace cicd
