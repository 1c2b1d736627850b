#include <cicd/image/layer_items.hpp>

#include <sys/stat.h>

#include "image_fixture.hpp"

namespace cicd {
namespace {

class layer_items : public image_tests::in_folder {
 protected:
  static std::vector<layer_item> settled(const layer_recipe& recipe) {
    auto items = listed_items(recipe);
    EXPECT_TRUE(items) << text_of(items.error());
    if (!items) return {};
    EXPECT_TRUE(digest_items(*items, 2, nullptr));
    auto one_each = settled_items(*std::move(items));
    EXPECT_TRUE(one_each) << text_of(one_each.error());
    return one_each ? *one_each : std::vector<layer_item>();
  }

  static std::vector<std::string> told(const layer_recipe& recipe) {
    std::vector<std::string> lines;
    for (const auto& item : settled(recipe)) {
      char mode[8];
      snprintf(mode, sizeof mode, "%o", item.mode);
      lines.push_back(item.path + " " + mode);
    }
    return lines;
  }

  static error refusal(const layer_recipe& recipe) {
    auto items = listed_items(recipe);
    if (!items) return items.error();
    EXPECT_TRUE(digest_items(*items, 1, nullptr));
    auto one_each = settled_items(*std::move(items));
    EXPECT_FALSE(one_each);
    return one_each ? error{} : one_each.error();
  }
};

using strings = std::vector<std::string>;

TEST_F(layer_items, are_sorted_bytewise_with_the_folders_above_them_and_plain_modes) {
  write("app/a-b", "1", 0600);
  write("app/a/run", "2", 0700);
  write("app/a.b", "3", 0666);
  std::filesystem::create_symlink("a-b", at("app/link"));
  EXPECT_EQ(told({"application", {{at("app"), "/srv/app"}}}),
            (strings{"srv 755", "srv/app 755", "srv/app/a 755", "srv/app/a-b 644", "srv/app/a.b 644",
                     "srv/app/a/run 755", "srv/app/link 777"}));
}

TEST_F(layer_items, of_a_root_keep_special_bits) {
  std::filesystem::create_directories(at("root/tmp"));
  ::chmod(at("root/tmp").c_str(), 01777);
  write("root/bin/su", "x", 04755);
  EXPECT_EQ(told({"base", {{at("root"), "/"}}, true}), (strings{"bin 755", "bin/su 4755", "tmp 1777"}));
}

TEST_F(layer_items, of_a_folder_put_at_the_root_have_no_leading_slash) {
  write("app/x", "1");
  EXPECT_EQ(told({"application", {{at("app"), "/"}}}), (strings{"x 644"}));
}

TEST_F(layer_items, equal_files_on_one_path_are_one) {
  write("a/lib/x.jar", "same");
  write("b/lib/x.jar", "same");
  EXPECT_EQ(told({"dependencies", {{at("a"), "/app"}, {at("b"), "/app"}}}),
            (strings{"app 755", "app/lib 755", "app/lib/x.jar 644"}));
}

TEST_F(layer_items, different_files_on_one_path_are_refused_with_both_places) {
  write("a/x.jar", "one");
  write("b/x.jar", "two");
  const auto failure =
      refusal({"dependencies", {{at("a/x.jar"), "/app/x.jar"}, {at("b/x.jar"), "/app/x.jar"}}});
  EXPECT_EQ(failure.kind, exit_class::usage);
  EXPECT_EQ(failure.what, "two different things on one path in the image");
  EXPECT_EQ(failure.value, "/app/x.jar");
  EXPECT_EQ(image_tests::value_of(failure, "first"), "file " + at("a/x.jar"));
  EXPECT_EQ(image_tests::value_of(failure, "second"), "file " + at("b/x.jar"));
}

TEST_F(layer_items, below_a_file_are_refused) {
  write("x", "one");
  const auto failure = refusal({"application", {{at("x"), "/app"}, {at("x"), "/app/x"}}});
  EXPECT_EQ(failure.value, "/app");
  EXPECT_EQ(image_tests::value_of(failure, "second"), "a folder, since something lies below it");
}

TEST_F(layer_items, that_are_no_file_folder_or_link_are_refused_by_name) {
  std::filesystem::create_directories(at("app"));
  ASSERT_EQ(::mkfifo(at("app/pipe").c_str(), 0644), 0);
  const auto failure = refusal({"application", {{at("app"), "/app"}}});
  EXPECT_EQ(failure.what, "a device, socket or pipe cannot be put into an image");
  EXPECT_EQ(failure.value, at("app/pipe"));
}

TEST_F(layer_items, that_are_missing_or_lead_out_or_would_delete_are_refused) {
  EXPECT_EQ(refusal({"application", {{at("nothing"), "/app"}}}).value, at("nothing"));
  write("x", "");
  EXPECT_EQ(refusal({"application", {{at("x"), "/app/../../etc/x"}}}).what, "'..' in a path in the image");
  EXPECT_EQ(refusal({"application", {{at("x"), "app/x"}}}).what, "the path in the image is not absolute");
  EXPECT_EQ(refusal({"application", {{at("x"), "/"}}}).what, "only a folder can be the root of the image");
  write("app/.wh.passwd", "");
  EXPECT_EQ(refusal({"application", {{at("app"), "/etc"}}}).value, at("app/.wh.passwd"));
}

TEST_F(layer_items, would_delete_wherever_the_name_stands_in_the_target) {
  write("x", "");
  for (const char* target : {"/.wh.etc/x", "/.wh..wh..opq/x", "/a/.wh.b/c", "/a/.wh.x", "/a/.wh..wh..opq"}) {
    const auto failure = refusal({"application", {{at("x"), target}}});
    EXPECT_EQ(failure.kind, exit_class::usage) << target;
    EXPECT_EQ(failure.value, target);
  }
  EXPECT_EQ(refusal({"application", {{at("x"), "/" + std::string(256, 'x')}}}).what,
            "a name in the image is too long");
}

TEST_F(layer_items, give_a_key_of_names_modes_links_and_contents_and_of_nothing_else) {
  write("a/x", "1");
  write("b/x", "1", 0600);
  const auto key = [&](const std::string& from) {
    return key_of(settled({"application", {{at(from), "/app"}}}));
  };
  const digest first = key("a");
  EXPECT_EQ(key("b"), first);
  write("b/x", "2");
  EXPECT_NE(key("b"), first);
  write("b/x", "1", 0755);
  EXPECT_NE(key("b"), first);
  write("b/x", "1");
  EXPECT_EQ(key("b"), first);
  std::filesystem::create_symlink("x", at("b/y"));
  const digest linked = key("b");
  EXPECT_NE(linked, first);
  std::filesystem::remove(at("b/y"));
  std::filesystem::create_symlink("z", at("b/y"));
  EXPECT_NE(key("b"), linked);
}

TEST_F(layer_items, look_the_same_until_a_file_is_written_and_know_the_latest_change) {
  write("app/x", "1");
  write("app/y", "1");
  const auto look = [&] { return look_of(*listed_items({"application", {{at("app"), "/app"}}})); };
  const auto first = look();
  EXPECT_EQ(first.newest, std::max(stamp_at(at("app/x"))->changed, stamp_at(at("app/y"))->changed));
  EXPECT_EQ(look().key, first.key);
  let_file_time_pass(at("app/y"));
  write("app/x", "2");
  EXPECT_NE(look().key, first.key);
  EXPECT_EQ(look().newest, stamp_at(at("app/x"))->changed);
}

TEST_F(layer_items, stop_when_asked) {
  write("x", "1");
  auto items = listed_items({"application", {{at("x"), "/x"}}});
  ASSERT_TRUE(items);
  cancellation stop;
  stop.cancel();
  const auto read = digest_items(*items, 2, &stop);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, exit_class::interrupted);
}

}  // namespace
}  // namespace cicd
