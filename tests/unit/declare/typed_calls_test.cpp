// Pipelines as C++ values give what the CMake functions give: the same fields, the same errors.
#include <cicd/declare/typed_calls.hpp>

#include <gtest/gtest.h>

#include <regex>

#include <cicd/declare/explain/cmake_words.hpp>
#include <cicd/declare/parse/parser.hpp>

#include "written.hpp"

namespace {

using namespace cicd;

model_or_errors model_of_values(const std::vector<pipeline>& pipelines) {
  recorded_calls calls = tests::written("");
  for (const pipeline& each : pipelines)
    for (call& one : calls_of(each, {"/src/main.cpp", "/src"})) calls.calls.push_back(std::move(one));
  return model_of(calls, tests::own_templates());
}

std::string errors_in(const std::vector<pipeline>& pipelines) {
  std::string all;
  for (const error& each : model_of_values(pipelines).errors) all += text_of(each);
  return all;
}

/// Without the places, which differ.
std::string placeless(const std::string& text) {
  return std::regex_replace(text, std::regex(R"((CMakeLists\.txt|main\.cpp), [^\n]*)"), "<place>");
}

step running(dns_label name, std::vector<step_reference> after = {}) {
  return {.name = name, .command = {"true"}, .after = std::move(after)};
}

TEST(typed_pipelines, that_wait_for_each_other_in_a_circle_are_refused_as_by_cmake) {
  const std::string typed =
      errors_in({{.name = "orders",
                  .steps = {running("one", {"three"}), running("two", {"one"}), running("three", {"two"})}}});
  EXPECT_EQ(typed,
            "cicd: error: orders/one: the steps depend on each other in a cycle: 'one → three → two → one'\n"
            "  declared at: main.cpp, step one\n"
            "  try:         remove one AFTER of the cycle\n");
  EXPECT_EQ(placeless(typed),
            placeless(tests::errors_of("add_pipeline(orders)\n"
                                       "pipeline_step(orders one COMMAND true AFTER three)\n"
                                       "pipeline_step(orders two COMMAND true AFTER one)\n"
                                       "pipeline_step(orders three COMMAND true AFTER two)")));
}

TEST(typed_pipelines, with_an_after_that_leads_nowhere_are_refused_as_by_cmake) {
  const std::string typed =
      errors_in({{.name = "orders", .steps = {running("build"), running("lint", {"biuld"})}}});
  EXPECT_EQ(placeless(typed),
            placeless(tests::errors_of("add_pipeline(orders)\n"
                                       "pipeline_step(orders build COMMAND true)\n"
                                       "pipeline_step(orders lint COMMAND true AFTER biuld)")));
  EXPECT_NE(typed.find("did you mean: build"), typed.npos) << typed;
}

TEST(typed_pipelines, two_of_one_name_are_refused_as_by_cmake) {
  const std::string typed = errors_in({{.name = "orders"}, {.name = "orders"}});
  EXPECT_NE(typed.find("declared twice: 'orders'"), typed.npos) << typed;
  EXPECT_EQ(placeless(typed), placeless(tests::errors_of("add_pipeline(orders)\nadd_pipeline(orders)")));
  EXPECT_EQ(placeless(errors_in({{.name = "orders", .steps = {running("build"), running("build")}}})),
            placeless(tests::errors_of("add_pipeline(orders)\npipeline_step(orders build COMMAND true)\n"
                                       "pipeline_step(orders build COMMAND true)")));
}

TEST(typed_pipelines, say_their_lines_where_the_file_is_known) {
  const pipeline declared{.name = "orders", .steps = {step{.name = "lint", .command = {"true"}}}};
  const int line = __LINE__ - 1;
  const std::string file = __FILE__;
  const std::vector<call> calls = calls_of(declared, {"/src/main.cpp", "/src", "/src"});
  ASSERT_EQ(calls.size(), 2u);
  for (const call& each : calls) {
    ASSERT_EQ(each.where.lines.size(), 1u);
    EXPECT_EQ(each.where.lines[0], (code_place{file.starts_with('/') ? file : "/src/" + file, line}));
  }
  EXPECT_TRUE(calls[1].where.text("/src").ends_with(std::to_string(line) + ", step lint"))
      << calls[1].where.text("/src");
  EXPECT_EQ(calls[0].where.part, "pipeline orders");
}

TEST(typed_pipelines, that_differ_in_their_lines_alone_are_equal) {
  const secret one{.name = "token", .pass_env = "TOKEN"};
  const secret other{.name = "token", .pass_env = "TOKEN"};
  EXPECT_NE(one.line.number, other.line.number);
  EXPECT_TRUE(one == other);
}

TEST(typed_pipelines, name_no_further_file) {
  EXPECT_EQ(errors_in({{.name = "orders", .source = "other.cpp"}}),
            "cicd: error: orders: SOURCE has no meaning in a C++ file\n"
            "  declared at: main.cpp, pipeline orders\n"
            "  try:         leave it out\n");
}

TEST(typed_pipelines, show_all_that_is_wrong_at_once) {
  const std::string all = errors_in(
      {{.name = "orders", .steps = {running("build", {"nothing"}), running("build")}}, {.name = "orders"}});
  for (const char* each : {"there is no such step: 'nothing'", "the step is declared twice: 'build'",
                           "the pipeline is declared twice: 'orders'"})
    EXPECT_NE(all.find(each), all.npos) << all;
}

TEST(typed_pipelines, an_empty_value_in_a_list_or_of_a_name_is_refused) {
  const std::string list =
      errors_in({{.name = "orders", .steps = {running("build", {step_reference::from("Not A")})}}});
  EXPECT_NE(list.find("cicd: error: orders/build: AFTER is empty: ''\n  declared at: main.cpp, step build\n"),
            list.npos)
      << list;
  EXPECT_NE(errors_in({{.name = dns_label::from("Orders API")}}).find("its name is empty"),
            std::string::npos);
  EXPECT_NE(errors_in({{.name = "orders", .steps = {running({})}}}).find("its name is empty"),
            std::string::npos);
}

TEST(typed_pipelines, a_value_that_reads_as_a_keyword_is_a_value) {
  const model_or_errors made =
      model_of_values({{.name = "orders",
                        .steps = {{.name = "build", .command = {"echo", "AFTER", "COMMANDS", "RELEASE"}}}}});
  ASSERT_TRUE(made.errors.empty()) << text_of(made.errors.front());
  std::vector<std::string> words;
  for (const text& each : made.model.pipelines.front().declared.steps.front().command)
    words.push_back(each.str());
  EXPECT_EQ(words, (std::vector<std::string>{"echo", "AFTER", "COMMANDS", "RELEASE"}));
}

TEST(typed_pipelines, a_value_with_a_backslash_of_its_own_keeps_it) {
  const std::vector<std::string> given{"echo", "\\AFTER", "\\ABC", "\\\\ABC", "\\x", "\\"};
  step build{.name = "build", .description = "\\ENV"};
  for (const std::string& each : given) build.command.push_back(text::from(each));
  const model_or_errors made = model_of_values({{.name = "orders", .steps = {build}}});
  ASSERT_TRUE(made.errors.empty()) << text_of(made.errors.front());
  const step& read = made.model.pipelines.front().declared.steps.front();
  EXPECT_EQ(read.command, build.command);
  EXPECT_EQ(read.description, build.description);
}

TEST(typed_pipelines, the_values_of_a_template_are_laid_under_them) {
  const model_or_errors made =
      model_of_values({{.name = "orders",
                        .base_template = "java-maven",
                        .steps = {{.name = "build", .timeout = "5m"}},
                        .environments = {{.name = "stage", .via = deploy_way::gitops}}}});
  ASSERT_TRUE(made.errors.empty()) << text_of(made.errors.front());
  const pipeline& declared = made.model.pipelines.front().declared;
  EXPECT_FALSE(declared.steps.front().command.empty());
  EXPECT_EQ(declared.steps.front().timeout.milliseconds(), 300'000);
  EXPECT_EQ(made.model.pipelines.front().origins.at("step.build.timeout").text("/src"),
            "main.cpp, step build");
}

TEST(typed_pipelines, a_function_is_told_by_its_file_below_the_folder_in_which_it_was_compiled) {
  const pipeline declared{
      .name = "orders",
      .steps = {step{.name = "contract", .values = {{"suite", "orders"}}, .run = [](step_context&) {}}}};
  const auto words = [&](const typed_place& from) { return calls_of(declared, from).at(1).arguments; };
  EXPECT_EQ(
      words({"/src/app/pipeline.cpp", "/src/app", "/src"}),
      (std::vector<std::string>{"orders", "contract", "VALUES", "suite=orders", "RUN", "app/pipeline.cpp"}));
  EXPECT_EQ(words({"/other/pipeline.cpp", "/src", "/src"}).back(), "/other/pipeline.cpp");
}

TEST(typed_pipelines, a_line_in_a_folder_of_includes_is_told_by_where_that_folder_lies) {
  pipeline declared{.name = "orders"};
  declared.line = declared_line(7, "INCLUDES[2]/acme/service.hpp");
  const typed_place from{"/src/pipeline.cpp", "/src", "/src", {"/src/own", "/opt/acme"}};
  EXPECT_EQ(calls_of(declared, from).at(0).where.lines.at(0), (code_place{"/opt/acme/acme/service.hpp", 7}));
}

/// The words of every option that is given, by keyword.
template <typename T>
std::map<std::string, std::vector<std::string>> given_in(const T& of) {
  std::map<std::string, std::vector<std::string>> all;
  each_field(const_cast<T&>(of), [&](std::string_view key, const auto& field) {
    if (declaring::is_given(field)) all[std::string(key)] = declaring::values_of(field);
  });
  return all;
}

pipeline holding(step of) {
  return {.name = "orders", .steps = {std::move(of)}};
}
pipeline holding(image of) {
  return {.name = "orders", .images = {std::move(of)}};
}
pipeline holding(service of) {
  return {.name = "orders", .services = {std::move(of)}};
}
pipeline holding(cron_job of) {
  return {.name = "orders", .cron_jobs = {std::move(of)}};
}
pipeline holding(container of) {
  return {.name = "orders", .containers = {std::move(of)}};
}
pipeline holding(environment of) {
  return {.name = "orders", .environments = {std::move(of)}};
}
pipeline holding(preview of) {
  return {.name = "orders", .previews = {std::move(of)}};
}
pipeline holding(canary of) {
  return {.name = "orders", .canaries = {std::move(of)}};
}
pipeline holding(pipeline of) {
  return of;
}

template <typename T>
T read_from(const call& one) {
  declaring::findings found("/src");
  declaring::call_site site{.from = &one, .order = 0, .subject = {}};
  if constexpr (std::is_same_v<T, pipeline>)
    return declaring::read_pipeline(site, found).value;
  else
    return declaring::read_part<T>(site, found).value;
}

template <typename T>
void expect_examples_to_come_back() {
  std::size_t seen = 0;
  const std::string kind(declaring::kind_of<T>());
  for (const field_doc& doc : field_docs()) {
    if (!doc.key.starts_with(kind + ".") || doc.key.ends_with(".name") || doc.example.empty()) continue;
    std::vector<std::string> words{"orders"};
    if (declaring::is_named<T> && !std::is_same_v<T, pipeline>) words.emplace_back("own");
    for (std::string& word : tests::words_in(doc.example)) words.push_back(std::move(word));
    const T value =
        read_from<T>({.where = {"/src/CMakeLists.txt", "f", 1}, .directory = "/src", .arguments = words});
    EXPECT_FALSE(given_in(value).empty()) << doc.key;
    const T back = read_from<T>(
        calls_of(holding(value), {"/src/main.cpp", "/src"}).at(std::is_same_v<T, pipeline> ? 0 : 1));
    EXPECT_EQ(given_in(back), given_in(value)) << doc.key;
    ++seen;
  }
  EXPECT_GT(seen, 2u) << kind;
}

TEST(typed_pipelines, every_option_comes_back_as_it_was_given) {
  expect_examples_to_come_back<pipeline>();
  expect_examples_to_come_back<step>();
  expect_examples_to_come_back<image>();
  expect_examples_to_come_back<service>();
  expect_examples_to_come_back<cron_job>();
  expect_examples_to_come_back<container>();
  expect_examples_to_come_back<environment>();
  expect_examples_to_come_back<preview>();
  expect_examples_to_come_back<canary>();
}

}  // namespace
