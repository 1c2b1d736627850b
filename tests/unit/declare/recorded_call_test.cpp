// The contract "declarations": what a line says, and what is refused.
#include <cicd/declare/parse/recorded_call.hpp>

#include <gtest/gtest.h>

#include <cicd/base/digest.hpp>

namespace {

using cicd::read_calls;

const std::string head =
    R"({"cicd":1,"source_root":"/src","build_root":"/build","target_prefix":"x-","template_path":["/a","/b"]})"
    "\n";
const std::string step =
    R"({"function":"pipeline_step","list_file":"/src/a/CMakeLists.txt","which":2,"directory":"/src/a","arguments":["orders","lint; \"x\"",{"genex":"3"}]})"
    "\n";

/// The lines with the last one, which counts the calls among them.
std::string ended(const std::string& lines, int calls) {
  return lines + R"({"calls":)" + std::to_string(calls) + R"(,"sha256":")" + hex(cicd::sha256(lines))
         + "\"}\n";
}

TEST(declarations, are_read_verbatim_with_the_place_of_each_call) {
  const auto read = read_calls(ended(head + step + "\n", 1), {});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->tree.source_root, "/src");
  EXPECT_EQ(read->tree.build_root, "/build");
  EXPECT_EQ(read->tree.target_prefix, "x-");
  EXPECT_EQ(read->tree.template_path, (std::vector<std::string>{"/a", "/b"}));
  ASSERT_EQ(read->calls.size(), 1u);
  EXPECT_EQ(read->calls[0].where.function, "pipeline_step");
  EXPECT_EQ(read->calls[0].where.which, 2);
  EXPECT_EQ(read->calls[0].directory, "/src/a");
  EXPECT_EQ(read->calls[0].arguments, (std::vector<std::string>{"orders", "lint; \"x\"", "{genex}"}));
}

TEST(recorded_calls, of_a_cpp_file_have_a_part_and_may_have_a_line) {
  const std::string start = R"({"function":"pipeline_step","list_file":"/src/pipeline.cpp",)";
  const std::string rest = R"("part":"step lint","directory":"/src","arguments":["orders","lint"]})";
  const auto text_of_call = [&](const std::string& line) {
    const auto read = read_calls(ended(head + start + line + rest + "\n", 1), {});
    EXPECT_TRUE(read) << line;
    return read ? read->calls.at(0).where.text("/src") : std::string();
  };
  EXPECT_EQ(text_of_call(R"("line":24,)"), "pipeline.cpp:24, step lint");
  EXPECT_EQ(text_of_call(R"("line":7,"file":"/src/acme/service.hpp",)"), "acme/service.hpp:7, step lint");
  EXPECT_EQ(text_of_call(""), "pipeline.cpp, step lint");
}

TEST(declarations, take_a_generator_expression_from_the_reader_once_it_is_known) {
  const auto read =
      read_calls(ended(head + step, 1), [](std::string_view id) { return "value of " + std::string(id); });
  ASSERT_TRUE(read);
  EXPECT_EQ(read->calls[0].arguments[2], "value of 3");
}

TEST(declarations, say_what_the_files_held_that_they_were_made_from) {
  const std::string start = head.substr(0, head.size() - 2);
  const std::string content = hex(cicd::sha256("one"));
  const auto read = read_calls(
      ended(start + R"(,"files":[{"path":"/src/CMakeLists.txt","sha256":")" + content + "\"}]}\n", 0), {});
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->tree.files->size(), 1u);
  EXPECT_EQ(read->tree.files->front().path, "/src/CMakeLists.txt");
  EXPECT_EQ(read->tree.files->front().content, cicd::sha256("one"));
  const std::vector<std::string> wrong{"7",
                                       "{}",
                                       "[7]",
                                       R"([{"path":"/src/a"}])",
                                       R"([{"path":"/src/a","sha256":"12"}])",
                                       R"([{"path":"a","sha256":")" + content + "\"}]",
                                       R"([{"sha256":")" + content + "\"}]"};
  for (const std::string& files : wrong) {
    const auto damaged = read_calls(ended(start + R"(,"files":)" + files + "}\n", 0), {});
    ASSERT_FALSE(damaged) << files;
    EXPECT_EQ(damaged.error().kind, cicd::exit_class::corrupt) << files;
  }
}

TEST(declarations, that_are_damaged_are_corrupt_and_name_the_line) {
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("x"), head + "{}", head + step.substr(0, 60),
        head + R"({"function":"add_pipe","list_file":"/a","which":1,"directory":"/","arguments":[]})",
        head + R"({"function":"add_pipeline","list_file":"/a","which":0,"directory":"/","arguments":[]})",
        head + R"({"function":"add_pipeline","list_file":"/a","which":1,"directory":"/","arguments":[7]})"}) {
    const auto read = read_calls(text, {});
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, cicd::exit_class::corrupt) << text;
    EXPECT_TRUE(read.error().what.starts_with(text.starts_with(head) ? "line 2: " : "line 1: "))
        << read.error().what;
  }
}

TEST(declarations, that_were_cut_anywhere_are_corrupt) {
  const std::string whole = ended(head + step + step + step, 3);
  ASSERT_TRUE(read_calls(whole, {}));
  ASSERT_TRUE(read_calls(whole.substr(0, whole.size() - 1), {}))
      << "a missing last line end takes nothing away";
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    const auto read = read_calls(whole.substr(0, length), {});
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().kind, cicd::exit_class::corrupt) << length;
  }
}

TEST(declarations, that_lost_or_changed_a_line_are_corrupt) {
  const std::string lines = head + step + step;
  const std::string last = ended(lines, 2).substr(lines.size());
  for (const std::string& text :
       {head + step + last, head + last, lines + step + last, lines + last + step, lines + last + last,
        ended(lines, 1), ended(lines, 3), head + step + "\n" + step + last, ended(lines, 2) + "x"}) {
    const auto read = read_calls(text, {});
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, cicd::exit_class::corrupt);
  }
}

TEST(declarations, with_a_path_that_is_not_in_UTF_8_are_refused_with_that_path) {
  const std::string other = R"({"cicd":1,"source_root":"/home/caf)"
                            "\xe9"
                            R"(/src","build_root":"/build"})";
  const auto read = read_calls(ended(other + "\n", 0), {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, cicd::exit_class::usage);
  EXPECT_EQ(read.error().what, "a path or an argument is not in UTF-8");
  EXPECT_EQ(read.error().value, "/home/caf\\xe9/src");
}

TEST(declarations, of_another_format_are_refused) {
  const auto read = read_calls(R"({"cicd":2,"source_root":"/","build_root":"/"})", {});
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().what.find("format 2"), std::string::npos);
}

TEST(an_origin, names_the_file_below_the_source_root_and_which_call_it_is) {
  const auto text = [](int which) {
    return cicd::origin{"/src/a/CMakeLists.txt", "pipeline_step", which}.text("/src");
  };
  EXPECT_EQ(text(1), "a/CMakeLists.txt, 1st call of pipeline_step()");
  EXPECT_EQ(text(2), "a/CMakeLists.txt, 2nd call of pipeline_step()");
  EXPECT_EQ(text(3), "a/CMakeLists.txt, 3rd call of pipeline_step()");
  EXPECT_EQ(text(11), "a/CMakeLists.txt, 11th call of pipeline_step()");
  EXPECT_EQ(text(112), "a/CMakeLists.txt, 112th call of pipeline_step()");
  EXPECT_EQ(text(121), "a/CMakeLists.txt, 121st call of pipeline_step()");
  EXPECT_EQ((cicd::origin{"/srcs/x", "pipeline_step", 1}.text("/src")),
            "/srcs/x, 1st call of pipeline_step()");
}

}  // namespace
