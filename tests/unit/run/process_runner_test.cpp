// Lines out of pieces of output, and what a step's environment holds.
#include <gtest/gtest.h>

#include <cicd/run/process_runner.hpp>

namespace {

using namespace cicd;

struct splitter_fixture : testing::Test {
  std::vector<std::string> lines;
  line_splitter splitter{[this](std::string_view line) { lines.emplace_back(line); }};
};

TEST_F(splitter_fixture, lines_are_whole_however_they_arrive) {
  for (char c : std::string("one\ntwo\n\nthree")) splitter.feed({&c, 1});
  splitter.finish();
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three"}));
  lines.clear();
  splitter.feed("one\ntwo\n\nthree");
  splitter.finish();
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "", "three"}));
}

TEST_F(splitter_fixture, a_line_without_end_comes_in_pieces_of_bounded_size) {
  const std::string part(10'000, 'x');
  for (int number = 0; number < 100; ++number) splitter.feed(part);
  splitter.finish();
  std::size_t total = 0;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 64U << 10U);
    total += line.size();
  }
  EXPECT_EQ(total, 1'000'000U);
}

TEST_F(splitter_fixture, every_byte_value_passes) {
  std::string all;
  for (int value = 0; value < 256; ++value)
    if (value != '\n') all += static_cast<char>(value);
  splitter.feed(all + "\n");
  EXPECT_EQ(lines, std::vector<std::string>{all});
}

TEST(step_environment, holds_what_is_allowed_and_declared_and_nothing_else) {
  observed_step seen;
  seen.variables = {{"JAVA_HOME", "/opt/jdk"}};
  seen.assignments = {{"LANG", "C"}, {"MODE", "fast"}};
  const surroundings around(
      {{"PATH", "/bin"}, {"LANG", "pt_BR"}, {"SECRET_TOKEN", "canary"}, {"CI", "true"}});
  EXPECT_EQ(environment_for(seen, around),
            (std::vector<std::string>{"JAVA_HOME=/opt/jdk", "LANG=C", "MODE=fast", "PATH=/bin"}));
}

TEST(step_environment, has_no_variable_that_a_secret_comes_from) {
  surroundings around({{"PATH", "/bin"}, {"HTTPS_PROXY", "http://ada:canary@proxy"}});
  around.keep_from_commands({"HTTPS_PROXY"});
  EXPECT_EQ(environment_for({}, around), (std::vector<std::string>{"PATH=/bin"}));
  EXPECT_EQ(around.get("HTTPS_PROXY"), "http://ada:canary@proxy");
}

TEST(masked_lines, hold_no_secret_though_it_spans_lines_and_writes) {
  std::vector<std::string> lines;
  masked_lines stream([&](std::string_view line) { lines.emplace_back(line); });
  const secret_finder secrets({secret_value("canary-one\nab\ncanary-two")});
  for (const char c : std::string("a canary-one\nab\ncanary-two b\n> canary-two"))
    stream.feed({&c, 1}, secrets);
  stream.finish(secrets);
  EXPECT_EQ(lines, (std::vector<std::string>{"a *** b", "> ***"}));
}

TEST(step_environment, has_what_is_known_when_the_step_starts) {
  observed_step seen;
  seen.assignments = {{"IMAGE", "oci:{image.layout}"}, {"KEPT", "{other}"}};
  EXPECT_EQ(environment_for(seen, surroundings({}), {{"image.layout", "/work/.images/image"}}),
            (std::vector<std::string>{"IMAGE=oci:/work/.images/image", "KEPT={other}"}));
  const std::vector<std::string> told = environment_for({}, surroundings({}), {{"db.port", "5432"}},
                                                        {{"MAVEN_OPTS", "-quick -Dport={db.port}"}});
  EXPECT_EQ(told, (std::vector<std::string>{"MAVEN_OPTS=-quick -Dport=5432"})) << "what ENV says is told on";
}

TEST(step_log, tells_the_streams_apart) {
  EXPECT_EQ(log_line(output_stream::out, "a"), "| a\n");
  EXPECT_EQ(log_line(output_stream::err, "a"), "! a\n");
}

}  // namespace
