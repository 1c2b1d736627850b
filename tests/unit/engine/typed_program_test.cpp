// C++ files of pipelines, with a compiler that is a script: what is compiled again and what is not, and how a
// program that does not tell its pipelines is reported.
#include <cicd/engine/typed_sources.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/text.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/process_table.hpp>

namespace {

using namespace cicd;

/// The "compiler" copies the source, which is the program, and notes that it ran; its dependency file names
/// the source and `shared.hpp`.
constexpr const char* compiler_text = R"(#!/bin/sh
[ "$1" = --version ] && { echo 'fake 1.0'; exit; }
while [ $# -gt 0 ]; do
  case $1 in -MF) d=$2; shift ;; -o) o=$2; shift ;; *.cpp) s=$1 ;; esac
  shift
done
echo "$s" >> "$0.ran"
if grep -q refused "$s"; then echo "$s:1:2: error: refused" >&2; exit 1; fi
cp "$s" "$o"; chmod +x "$o"
echo "$o: $s shared.hpp" > "$d"
)";

constexpr const char* one_pipeline = R"(#!/bin/sh
echo to standard output
cat > "$1" <<END
{"function":"add_pipeline","list_file":"$2","line":3,"part":"pipeline orders","directory":"$3","arguments":["orders"]}
{"calls":1}
END
)";

bool lives(int id) {
  const auto entry = system_table::read_process(id);
  return entry && entry->lives();
}

class typed_files : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = testing::TempDir() + "typed-XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder = made;
    write("source/shared.hpp", "one");
    write("library.a", "archive");
    write("compiler", compiler_text, 0755);
    write("source/pipeline.cpp", one_pipeline);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, std::string_view text, unsigned mode = 0644) {
    ASSERT_TRUE(write_file(folder + "/" + name, text, durability::fast, mode));
  }
  call named(std::vector<std::string> words, std::string function = "add_pipeline") const {
    return {.where = {.list_file = folder + "/source/CMakeLists.txt",
                      .function = std::move(function),
                      .which = 1},
            .directory = folder + "/source",
            .arguments = std::move(words),
            .number = 1};
  }
  recorded_calls calls(call one) const {
    recorded_calls all{.tree = {.source_root = folder + "/source",
                                .build_root = folder + "/build",
                                .target_prefix = {},
                                .template_path = {}},
                       .calls = {}};
    all.tree.files = std::make_shared<const std::vector<configured_file>>();
    all.calls.push_back(std::move(one));
    return all;
  }
  /// What is wrong, as a person reads it; `build` is the folder of the build tree.
  std::string declared(const call& one, const std::string& build = "build") {
    workspace where{folder + "/" + build, folder + "/cache"};
    typed_request request{.tools = {folder + "/compiler", folder + "/library.a", folder + "/include"},
                          .show = [&](std::string_view words) { shown += words; },
                          .limits = {.run = limit}};
    std::string all;
    for (const error& each : declare_typed(calls(one), where, request, around)) all += text_of(each);
    return all;
  }
  std::string declared() { return declared(named({"orders", "SOURCE", "pipeline.cpp"})); }
  std::size_t compilations() const {
    const auto text = read_file_if_there(folder + "/compiler.ran");
    return text && *text ? static_cast<std::size_t>(std::count((**text).begin(), (**text).end(), '\n')) : 0;
  }

  std::string folder, shown;
  std::chrono::milliseconds limit{10'000};
  surroundings around{{{"PATH", "/usr/bin:/bin"}}};
};

TEST_F(typed_files, take_the_place_of_the_call_that_names_them) {
  ASSERT_EQ(declared(), "");
  EXPECT_EQ(shown, "to standard output\n");
  const auto whole = with_typed(calls(named({"orders", "SOURCE", "pipeline.cpp"})), folder + "/build");
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->calls.size(), 1u);
  EXPECT_EQ(whole->calls[0].arguments, std::vector<std::string>{"orders"});
  EXPECT_EQ(whole->calls[0].where.text(folder + "/source"), "pipeline.cpp:3, pipeline orders");
  ASSERT_EQ(whole->tree.files->size(), 2u);
  EXPECT_EQ(whole->tree.files->at(1).path, folder + "/source/shared.hpp");
  EXPECT_EQ(whole->tree.files->at(1).content, sha256("one"));
  const std::string depends = read_file(folder + "/build/.cicd/typed.cmake").value_or("");
  for (const char* each : {"/source/pipeline.cpp", "/source/shared.hpp"})
    EXPECT_NE(depends.find("CMAKE_CONFIGURE_DEPENDS [==[" + folder + each), depends.npos) << depends;
}

TEST_F(typed_files, keep_what_their_program_holds_for_the_steps_that_it_runs) {
  ASSERT_EQ(declared(), "");
  const auto whole = with_typed(calls(named({"orders", "SOURCE", "pipeline.cpp"})), folder + "/build");
  ASSERT_TRUE(whole);
  ASSERT_EQ(whole->tree.programs.size(), 1u);
  const std::string file = folder + "/source/pipeline.cpp";
  EXPECT_EQ(whole->tree.programs[0].path, file);
  EXPECT_EQ(whole->tree.programs[0].content, sha256(one_pipeline));
  EXPECT_EQ(read_file(typed_program_file(folder + "/build/.cicd/doors", file)).value_or(""), one_pipeline);
  EXPECT_EQ(whole->tree.cpp_files.size(), 2u);
}

TEST_F(typed_files, name_folders_of_headers_that_lie_elsewhere_by_their_number) {
  const typed_source of{.subject = "orders",
                        .pipeline = "orders",
                        .file = folder + "/source/pipeline.cpp",
                        .includes = {folder + "/source/own", "/opt/acme"}};
  const std::vector<std::string> words = compile_words(of, {}, "g++", folder + "/source");
  const auto has = [&](const char* word) { return std::ranges::find(words, word) != words.end(); };
  EXPECT_TRUE(has("-Iown") && has("-I/opt/acme") && has("-fmacro-prefix-map=/opt/acme=INCLUDES[2]"))
      << joined(words, " ");
}

TEST_F(typed_files, are_compiled_again_where_something_that_they_are_made_of_has_changed_and_only_then) {
  const auto expect = [&](std::size_t count, const char* why) {
    EXPECT_EQ(declared(), "") << why;
    EXPECT_EQ(compilations(), count) << why;
  };
  expect(1, "the first time");
  expect(1, "nothing changed");
  EXPECT_EQ(declared(named({"orders", "SOURCE", "pipeline.cpp"}), "other-build"), "");
  EXPECT_EQ(compilations(), 1u) << "another build tree";
  write("source/shared.hpp", "two");
  expect(2, "a header");
  write("source/shared.hpp", "one");
  expect(2, "a header as it was before");
  write("library.a", "another archive");
  expect(3, "the library");
  write("compiler", replaced_all(compiler_text, "1.0", "1.1"), 0755);
  expect(4, "the compiler");
  write("source/pipeline.cpp", std::string(one_pipeline) + "# changed\n");
  expect(5, "the file");
  std::filesystem::create_directory(folder + "/source/include");
  EXPECT_EQ(declared(named({"orders", "SOURCE", "pipeline.cpp", "INCLUDES", "include"})), "");
  EXPECT_EQ(compilations(), 6u) << "the folders of headers";
  std::filesystem::permissions(folder + "/cache", std::filesystem::perms::all);
  expect(7, "a cache that others can write is not used");
}

TEST_F(typed_files, are_compiled_again_where_a_nearer_header_came_or_the_kept_program_is_damaged) {
  std::filesystem::create_directory(folder + "/source/near");
  const call with_folders = named({"orders", "SOURCE", "pipeline.cpp", "INCLUDES", "near", "."});
  EXPECT_EQ(declared(with_folders), "");
  EXPECT_EQ(declared(with_folders), "");
  EXPECT_EQ(compilations(), 1u);
  write("source/near/shared.hpp", "another");
  EXPECT_EQ(declared(with_folders), "");
  EXPECT_EQ(compilations(), 2u) << "a header in an earlier folder";
  std::filesystem::remove(folder + "/source/near/shared.hpp");
  for (const auto& each : std::filesystem::recursive_directory_iterator(folder + "/cache"))
    if (each.is_regular_file() && each.path().extension().empty())
      std::filesystem::resize_file(each.path(), 0);
  EXPECT_EQ(declared(with_folders), "");
  EXPECT_EQ(compilations(), 3u) << "a damaged program is no program";
}

TEST_F(typed_files, are_compiled_again_by_another_compiler_that_says_the_same_of_itself) {
  EXPECT_EQ(declared(), "");
  write("compiler", std::string(compiler_text) + "# of another make\n", 0755);
  EXPECT_EQ(declared(), "");
  EXPECT_EQ(compilations(), 2u);
}

TEST_F(typed_files, are_compiled_again_where_a_header_came_that_they_ask_for) {
  write("source/include/first.hpp", "");
  write("source/pipeline.cpp", std::string(one_pipeline) + "# if __has_include(<acme/new.hpp>)\n");
  const call one = named({"orders", "SOURCE", "pipeline.cpp", "INCLUDES", "include"});
  EXPECT_EQ(declared(one) + declared(one), "");
  EXPECT_EQ(compilations(), 1u);
  write("source/include/acme/new.hpp", "");
  EXPECT_EQ(declared(one) + declared(one), "");
  EXPECT_EQ(compilations(), 2u);
  write("source/pipeline.cpp", std::string(one_pipeline) + "# if __has_include(SOME_MACRO)\n");
  EXPECT_EQ(declared(one) + declared(one), "");
  EXPECT_EQ(compilations(), 4u) << "what is asked is not known: each time";
}

TEST_F(typed_files, end_with_all_that_their_program_started) {
  write("source/pipeline.cpp",
        std::string("#!/bin/sh\n(setsid sh -c 'echo $$ > \"$0\"; exec sleep 600' \"$3/daemon\" "
                    ">/dev/null 2>&1 &)\nwhile [ ! -s \"$3/daemon\" ]; do sleep 0.02; done\n")
            + (one_pipeline + std::string_view("#!/bin/sh\n").size()));
  ASSERT_EQ(declared(), "");
  const int daemon = std::atoi(read_file(folder + "/source/daemon").value_or("0").c_str());
  ASSERT_GT(daemon, 1);
  for (int tries = 0; tries < 500 && lives(daemon); ++tries) usleep(10'000);
  EXPECT_FALSE(lives(daemon));
}

TEST_F(typed_files, whose_compiler_was_killed_are_refused_with_that) {
  write(
      "compiler",
      replaced_all(compiler_text, "error: refused", "fatal error: Killed signal terminated program cc1plus"),
      0755);
  write("source/pipeline.cpp", "refused");
  const std::string said = declared();
  EXPECT_NE(said.find("pipeline.cpp is not compiled: the compiler was killed, see above\n"), said.npos)
      << said;
}

TEST_F(typed_files, of_which_one_was_not_compiled_yet_are_refused) {
  ASSERT_EQ(declared(), "");
  const auto whole = with_typed(calls(named({"orders", "SOURCE", "other.cpp"})), folder + "/build");
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().what, "a file that declares pipelines was not read yet");
}

TEST_F(typed_files, have_a_command_for_clangd_unless_cmake_writes_commands) {
  const std::string path = "build/compile_commands.json";
  ASSERT_EQ(declared(), "");
  const std::string text = read_file(folder + "/" + path).value_or("");
  EXPECT_NE(text.find(folder + "/source/pipeline.cpp"), text.npos) << text;
  EXPECT_NE(text.find("cicd/run/typed_main.hpp"), text.npos) << text;
  EXPECT_EQ(declared(named({"orders"})), "");
  EXPECT_FALSE(exists(folder + "/" + path));
  const std::string of_cmake = R"([{"directory":"/x","command":"g++ -c a.cpp","file":"a.cpp"}])";
  write(path, of_cmake);
  ASSERT_EQ(declared(), "");
  EXPECT_EQ(read_file(folder + "/" + path).value_or(""), of_cmake);
}

TEST_F(typed_files, leave_nothing_where_none_is_named_any_more) {
  ASSERT_EQ(declared(), "");
  EXPECT_EQ(declared(named({"orders"})), "");
  for (const char* each : {"typed.ndjson", "typed.cmake", "doors"})
    EXPECT_FALSE(exists(folder + "/build/.cicd/" + each)) << each;
}

TEST_F(typed_files, that_are_refused_leave_nothing_of_what_they_declared_before) {
  ASSERT_EQ(declared(), "");
  write("source/pipeline.cpp", "refused");
  EXPECT_NE(declared(), "");
  const auto whole = with_typed(calls(named({"orders", "SOURCE", "pipeline.cpp"})), folder + "/build");
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().kind, exit_class::usage);
}

TEST_F(typed_files, that_do_not_compile_are_refused_behind_the_words_of_the_compiler) {
  write("source/pipeline.cpp", "refused");
  EXPECT_EQ(declared(),
            "cicd: error: orders: pipeline.cpp does not compile, see above\n"
            "  declared at: CMakeLists.txt, 1st call of add_pipeline()\n");
  EXPECT_EQ(shown, "pipeline.cpp:1:2: error: refused\n");
}

TEST_F(typed_files, whose_program_tells_no_pipelines_are_refused_with_how_it_ended) {
  limit = std::chrono::milliseconds(1'000);
  for (const auto& [body, what] : std::vector<std::pair<const char*, const char*>>{
           {"exec sleep 100", "pipeline.cpp does not end: declare() took more than 1 s\n"},
           {"kill -SEGV $$", "pipeline.cpp crashes: "},
           {"kill -KILL $$",
            "pipeline.cpp crashes: ended by SIGKILL: out of memory, or killed from outside\n"},
           {"echo '{\"calls\":0}' > \"$1\"; exit 3",
            "pipeline.cpp declared its pipelines, but its program did not end well: exit status 3\n"},
           {"exit 2", "pipeline.cpp gives no pipelines, see above\n"},
           {"exit 3", "pipeline.cpp ended the program with status 3 before declare() returned\n"},
           {"exit 0", "pipeline.cpp ended the program before declare() returned\n"},
           {"echo '{\"function\":\"add_pipe' > \"$1\"",
            "pipeline.cpp ended the program before declare() returned\n"}}) {
    write("source/pipeline.cpp", std::string("#!/bin/sh\n") + body + "\n");
    const std::string said = declared();
    EXPECT_NE(said.find(std::string("cicd: error: orders: ") + what), said.npos) << said;
    EXPECT_NE(said.find("declared at: CMakeLists.txt"), said.npos) << said;
  }
  EXPECT_FALSE(exists(folder + "/build/.cicd/typed.ndjson"));
}

TEST_F(typed_files, are_refused_where_the_call_is_wrong) {
  const auto says = [&](std::vector<std::string> words, const char* what,
                        const char* function = "add_pipeline") {
    const std::string said = declared(named(std::move(words), function));
    EXPECT_NE(said.find(what), said.npos) << said;
  };
  says({"orders", "SOURCE", "nowhere.cpp"}, "orders: SOURCE: there is no such file: 'nowhere.cpp'");
  says({"orders", "SOURCE", "../pipeline.cpp"}, "SOURCE");
  says({"orders", "SOURCE", "pipeline.json5"},
       "orders: SOURCE: neither a C++ file nor a pipeline.json: 'pipeline.json5'");
  says({"orders", "SOURCE", "pipeline.cpp", "INCLUDES", "nowhere"},
       "orders: INCLUDES: there is no such folder: 'nowhere'");
  says({"orders", "SOURCE", "{genex}"}, "generator expression");
  says({"orders", "SOURCE", "pipeline.cpp", "IMAGE", "a/b"}, "SOURCE and IMAGE exclude each other");
  says({"INCLUDES", "x"}, "SOURCE is missing", "add_pipelines");
  says({"billing", "SOURCE", "pipeline.cpp"}, "declares a pipeline of another name: 'orders'");
  around = surroundings{{{"PATH", "/usr/bin:/bin"}}};
  std::filesystem::remove(folder + "/compiler");
  says({"orders", "SOURCE", "pipeline.cpp"}, "not a C++ compiler: '");
}

TEST(asked_includes, are_those_of_has_include_unless_only_a_compiler_knows_them) {
  EXPECT_EQ(asked_includes("#if __has_include(<a/b.hpp>) || __has_include ( \"c.hpp\" )\n"),
            (std::vector<std::string>{"<a/b.hpp>", "\"c.hpp\""}));
  EXPECT_EQ(asked_includes("#ifdef __has_include\n"), std::vector<std::string>());
  EXPECT_EQ(asked_includes("#if __has_include(HEADER)\n"), std::nullopt);
}

TEST(a_dependency_file, names_its_files_whatever_they_are_called) {
  EXPECT_EQ(names_in_dependency_file("a.o: one.cpp \\\n two\\ words.hpp cost$$.hpp \\\n /x/y\\#z.hpp\n"),
            (std::vector<std::string>{"one.cpp", "two words.hpp", "cost$.hpp", "/x/y#z.hpp"}));
  EXPECT_TRUE(names_in_dependency_file("").empty());
}

}  // namespace
