// What a service prints: bounded, and kept back while it is not known what to mask.
#include <gtest/gtest.h>

#include <cicd/run/service_log.hpp>
#include <cicd/system/files.hpp>

namespace {

using namespace cicd;

struct service_log_fixture : testing::Test {
  std::string path = testing::TempDir() + "service_log_test.log";
  std::shared_ptr<const secret_finder> secrets = std::make_shared<const secret_finder>();
  service_log log{path, [this] { return secrets; }};

  void SetUp() override { (void)remove_tree(path); }
  std::string text() const {
    const result<std::optional<std::string>> all = read_file_if_there(path);
    return all && *all ? **all : "";
  }
  void learn() { secrets = std::make_shared<const secret_finder>(std::vector{secret_value("canary-of-it")}); }
};

TEST_F(service_log_fixture, is_written_as_it_comes) {
  log.take(output_stream::out, "one\ntw");
  EXPECT_EQ(text(), "| one\n");
  log.take(output_stream::err, "three\n");
  log.finish();
  EXPECT_EQ(text(), "| one\n! three\n| tw\n");
}

TEST_F(service_log_fixture, is_kept_back_until_what_to_mask_is_known) {
  log.take(output_stream::out, "one\n");
  log.hold();
  log.take(output_stream::out, "with canary-of-it\n");
  EXPECT_EQ(text(), "| one\n");
  EXPECT_EQ(log.last_lines(), std::vector<std::string>{"one"});
  learn();
  log.release(true);
  log.take(output_stream::out, "and canary-of-it\n");
  EXPECT_EQ(text(), "| one\n| with ***\n| and ***\n");
}

TEST_F(service_log_fixture, that_ended_meanwhile_is_written_whole_afterwards) {
  log.hold();
  log.take(output_stream::out, "with canary-of-it");
  log.finish();
  EXPECT_EQ(text(), "");
  learn();
  log.release(true);
  EXPECT_EQ(text(), "| with ***\n");
}

TEST_F(service_log_fixture, is_left_out_where_that_never_is_known) {
  log.take(output_stream::out, "one\n");
  log.hold();
  log.take(output_stream::out, "with canary-of-it\n");
  log.release(false);
  log.take(output_stream::out, "and canary-of-it\n");
  log.finish();
  EXPECT_EQ(text().find("canary"), std::string::npos);
  EXPECT_NE(text().find("left out"), std::string::npos);
  EXPECT_EQ(text().substr(0, 6), "| one\n");
}

TEST_F(service_log_fixture, without_end_keeps_its_beginning_and_its_end) {
  log.take(output_stream::out, "the first line\n");
  const std::string line(1000, 'x');
  for (int at = 0; at < 20'000; ++at) log.take(output_stream::out, line + '\n');
  log.take(output_stream::out, "the last line\n");
  log.finish();
  const std::string all = text();
  EXPECT_LE(all.size(), largest_log_beginning + largest_log_end + 100);
  EXPECT_GE(all.size(), largest_log_beginning);
  EXPECT_EQ(all.substr(0, 17), "| the first line\n");
  EXPECT_EQ(all.substr(all.size() - 16), "| the last line\n");
  EXPECT_NE(all.find(" bytes are left out\n"), std::string::npos);
}

}  // namespace
