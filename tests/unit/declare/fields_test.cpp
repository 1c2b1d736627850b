// The words of every option: each has some, its example is right and its counter-example is refused by the
// real parser.
#include <fmt/format.h>

#include <cicd/declare/options/fields.hpp>

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include <unistd.h>

#include <cicd/base/json.hpp>
#include <cicd/declare/parse/json_calls.hpp>
#include <cicd/declare/parse/parser.hpp>
#include <cicd/declare/targets.hpp>
#include <cicd/declare/typed_calls.hpp>
#include <cicd/declare/typed_program.hpp>

#include "fields_calls.hpp"
#include "written.hpp"

namespace {

std::set<std::string> visited_keys() {
  std::set<std::string> keys;
  const auto add = [&](const std::string& kind, auto value) {
    each_field(value, [&](std::string_view key, auto&) { keys.insert(kind + "." + std::string(key)); });
  };
  add("pipeline", cicd::pipeline{});
  add("pipelines", cicd::pipelines{});
  add("ci_export", cicd::ci_export{});
  add("step", cicd::step{});
  add("backing_service", cicd::backing_service{});
  add("image", cicd::image{});
  add("zip_function", cicd::zip_function{});
  add("file_group", cicd::file_group{});
  add("service", cicd::service{});
  add("cron_job", cicd::cron_job{});
  add("container", cicd::container{});
  add("deploy_task", cicd::deploy_task{});
  add("environment", cicd::environment{});
  add("release", cicd::release{});
  add("preview", cicd::preview{});
  add("canary", cicd::canary{});
  add("notifier", cicd::notifier{});
  add("setting", cicd::setting{});
  add("secret", cicd::secret{});
  return keys;
}

std::string call_of_pipeline(std::string_view key, const std::string& words) {
  if (key == "pipeline.name") return "add_pipeline(" + words + ")\n";
  if (key == "pipeline.source" || key == "pipeline.includes")
    return "add_pipeline(orders " + with_defaults(words, {{"SOURCE", "pipeline.cpp"}}) + ")\n";
  if (key == "pipeline.artifacts" || key == "pipeline.code")
    return "add_pipeline(orders "
           + with_defaults(words, {{"ARTIFACTS", "registry.example.com/orders"}, {"CODE", "git@h:o/r.git"}})
           + ")\n";
  if (key == "pipeline.sign_images" || key == "pipeline.sign_password")
    return "add_pipeline(orders TEMPLATE java-maven " + with_defaults(words, {{"SIGN_IMAGES", "secret:release-key"}})
           + ")\npipeline_secret(orders release-key FILE /run/key)\n"
             "pipeline_secret(orders release-key-password FILE /run/password)\n";
  const std::string with_template = key == "pipeline.template" ? "" : "TEMPLATE java-maven ";
  return "add_pipeline(orders " + with_template + words + ")\npipeline_step(orders runtime COMMAND x)\n";
}

std::string call_of_service(std::string_view key, const std::string& words) {
  const std::string start(surroundings);
  if (key == "service.name") return start + "pipeline_service(orders " + words + " PORT 80)\n";
  if (key == "service.in")
    return start + "pipeline_service(orders api PORT 80)\npipeline_service(orders api " + words
           + " REPLICAS 2)\n";
  const std::string billing = key == "service.after" ? "add_pipeline(billing TEMPLATE java-maven)\n"
                                                       "pipeline_environment(billing stage VIA kubectl)\n"
                                                       "pipeline_environment(billing prod VIA kubectl)\n"
                                                       "pipeline_service(billing api)\n"
                                                     : "";
  const char* replicas = key == "service.scale_at" ? "2..4" : "2";
  return start + billing + "pipeline_service(orders api "
         + with_defaults(words, {{"PORT", "80"},
                                 {"CPU", "1"},
                                 {"HOST", "a.example.com"},
                                 {"READY", "/ready"},
                                 {"REPLICAS", replicas}})
         + ")\n";
}

std::string call_of_cron_job(std::string_view key, const std::string& words) {
  const std::string start(surroundings);
  if (key == "cron_job.name") return start + "pipeline_cron_job(orders " + words + " SCHEDULE @daily)\n";
  if (key == "cron_job.in")
    return start + "pipeline_cron_job(orders close SCHEDULE @daily)\npipeline_cron_job(orders close " + words
           + " OFF)\n";
  return start + "pipeline_cron_job(orders close " + with_defaults(words, {{"SCHEDULE", "@daily"}}) + ")\n";
}

std::string call_of_environment(std::string_view key, const std::string& words) {
  const bool in_git =
      key == "environment.repository" || key == "environment.branch" || key == "environment.path";
  const char* via = in_git ? "gitops" : "kubectl";
  const bool is_proposed = key.starts_with("environment.pull_request");
  if (is_proposed || key == "environment.write" || key == "environment.author" || key == "environment.sign")
    return "add_pipeline(orders TEMPLATE java-maven)\npipeline_secret(orders deploy-key FILE /run/key)\n"
           "pipeline_secret(orders forge PASS_ENV TOKEN)\npipeline_environment(orders stage "
           + (is_proposed ? with_defaults(words, {{"VIA", "gitops"},
                                                  {"REPOSITORY", "git@h:o/r.git"},
                                                  {"PULL_REQUEST", "github"},
                                                  {"PULL_REQUEST_TOKEN", "secret:forge"}})
                          : with_defaults(words, {{"VIA", "gitops"}}))
           + ")\n";
  if (key == "environment.template" || key == "environment.set")
    return "add_pipeline(orders)\npipeline_step(orders own COMMAND x)\npipeline_environment(orders stage "
           + with_defaults(words, {{"TEMPLATE", "web-root"}}) + ")\n";
  if (key == "environment.name")
    return "add_pipeline(orders TEMPLATE java-maven)\npipeline_environment(orders " + words
           + " VIA kubectl)\n";
  if (key == "environment.from")
    return "add_pipeline(orders TEMPLATE java-maven)\npipeline_environment(orders stage VIA kubectl)\n"
           "pipeline_environment(orders rehearse VIA kubectl)\npipeline_environment(orders prod VIA kubectl "
           + words + ")\n";
  const std::string released =
      "add_pipeline(orders TEMPLATE java-maven)\npipeline_secret(orders argocd PASS_ENV ARGOCD)\n"
      "pipeline_environment(orders stage VIA ";
  if (key == "environment.soak" || key == "environment.same_config" || key == "environment.window"
      || key == "environment.time_zone" || key == "environment.gate")
    return released + "kubectl)\npipeline_environment(orders prod VIA kubectl FROM stage "
           + (key == "environment.time_zone" ? "WINDOW \"09:00-16:00\" " : "") + words + ")\n";
  if (key == "environment.health" || key == "environment.token")
    return released + "gitops "
           + (key == "environment.token" ? "HEALTH argocd https://argo.example.com/orders " : "") + words
           + ")\npipeline_environment(orders prod VIA kubectl FROM stage)\n";
  if (key == "environment.manifests_from" || key == "environment.parameters")
    return "add_pipeline(orders CODE git@h:o/r.git)\npipeline_image(orders BUILT_BY jenkins "
           "https://ci.example.com/job/orders "
           "REPOSITORY registry.example.com/orders)\npipeline_environment(orders stage VIA kubectl "
           + with_defaults(words, {{"MANIFESTS_FROM", "openshift/template.yaml"}}) + ")\n";
  if (key == "environment.plan" || key == "environment.apply" || key == "environment.read"
      || key == "environment.rollback" || key == "environment.of")
    return "add_pipeline(orders)\npipeline_step(orders own COMMAND x)\npipeline_environment(orders prod VIA "
           "render)\npipeline_environment(orders stage VIA command STATE /srv/state "
           + with_defaults(words, {{"APPLY", "./a"}, {"READ", "./r"}}) + ")\n";
  if (key == "environment.stage_name" || key == "environment.region" || key == "environment.bucket"
      || key == "environment.state" || key == "environment.code_only" || key == "environment.package") {
    return "add_pipeline(orders)\npipeline_step(orders own COMMAND x OUTPUTS "
           "x.zip)\npipeline_function(orders hook AFTER own ZIP x.zip CONFIG "
           "serverless.yml)\npipeline_environment(orders stage VIA serverless "
           + with_defaults(words, {{"BUCKET", "team-artifacts"}, {"REGION", "us-east-1"}}) + ")\n";
  }
  if (key == "environment.upstream_token")
    return "add_pipeline(orders TEMPLATE java-maven)\npipeline_secret(orders jenkins PASS_ENV JENKINS)\n"
           "pipeline_environment(orders stage VIA kubectl UPSTREAM jenkins https://ci.example.com/job/orders "
           + words + ")\n";
  const std::string eks = key == "environment.role" ? "EKS us-east-1/orders " : "";
  const char* own = key == "environment.images_in" ? "IMAGE registry.example.com/orders " : "";
  return fmt::format("add_pipeline(orders {}TEMPLATE java-maven)\npipeline_environment(orders stage ", own)
         + eks + with_defaults(words, {{"VIA", via}}) + ")\n";
}

std::string call_of_secret(std::string_view key, const std::string& words) {
  const bool needs_source = key == "secret.name" || key == "secret.version";
  return std::string(surroundings) + "pipeline_secret(orders " + (key == "secret.name" ? "" : "own ") + words
         + (needs_source ? " PASS_ENV OWN" : "") + ")\n";
}

/// A configure in which `words` stand in a call of that kind and all they refer to exists; a name stands for
/// itself.
std::string configure_with(std::string_view key, std::string_view text) {
  const std::string_view kind = key.substr(0, key.find('.'));
  const bool name = key.ends_with(".name");
  const std::string words(text), start(surroundings), api = start + "pipeline_service(orders api PORT 80)\n";
  if (kind == "pipeline") return call_of_pipeline(key, words);
  if (kind == "pipelines")
    return "add_pipelines(" + with_defaults(words, {{"SOURCE", "pipelines.cpp"}}) + ")\n";
  if (kind == "ci_export")
    return start + "pipeline_ci(" + with_defaults(words, {{"SYSTEMS", "github"}}) + ")\n";
  if (kind == "service") return call_of_service(key, words);
  if (kind == "cron_job") return call_of_cron_job(key, words);
  if (kind == "environment") return call_of_environment(key, words);
  if (kind == "secret") return call_of_secret(key, words);
  if (kind == "notifier") return call_of_notifier(key, words);
  if (kind == "setting") return call_of_setting(key, words);
  if (kind == "backing_service") return call_of_backing_service(key, words);
  if (key == "step.needs")
    return start
           + "pipeline_backing_service(orders postgres COMMAND x READY postgres)\npipeline_step(orders own "
             "COMMAND x "
           + words + ")\n";
  if (kind == "zip_function")
    return start + "pipeline_function(orders " + (name ? words + " " : std::string("hook "))
           + with_defaults(name ? std::string() : words, {{"ZIP", "x.zip"}, {"CONFIG", "serverless.yml"}})
           + ")\n";
  if (kind == "file_group")
    return start + "pipeline_files(orders " + (name ? words + " " : std::string("packages "))
           + with_defaults(name ? std::string() : words, {{"FILES", "dist/*.deb"}}) + ")\n";
  if (kind == "step" && !call_of_step(key, words).empty()) return start + call_of_step(key, words);
  if (kind == "step") {
    const char* what = key == "step.values" ? "RUN" : "COMMAND";
    const bool says_what = has(words, "SHELL") || has(words, "RUN");
    return start + "pipeline_step(orders "
           + (name ? words + " COMMAND x"
                   : "own " + (says_what ? words : with_defaults(words, {{what, "x"}})))
           + ")\n";
  }
  if (key == "image.built_by" || key == "image.built_by_token" || key == "image.tag")
    return "add_pipeline(orders CODE git@h:o/r.git)\npipeline_secret(orders jenkins PASS_ENV "
           "JENKINS)\npipeline_image(orders "
           + with_defaults(words, {{"BUILT_BY", "jenkins https://ci.example.com/job/orders"},
                                   {"REPOSITORY", "registry.example.com/orders"}})
           + ")\n";
  const std::set<std::string, std::less<>> by_file{"image.context", "image.target", "image.args"};
  const char* of = by_file.contains(key) ? " DOCKERFILE Dockerfile" : " BASE scratch";
  if (kind == "image" && (has(words, "DOCKERFILE") || has(words, "BASE"))) of = "";
  if (kind == "image") return start + "pipeline_image(orders " + (name ? "" : "own ") + words + of + ")\n";
  if (key == "container.in")
    return api + "pipeline_container(orders migrate OF api ROLE init)\npipeline_container(orders migrate "
           + words + " ENV LEVEL=info)\n";
  if (kind == "container")
    return api + "pipeline_container(orders "
           + (name ? words + " OF api ROLE init"
                   : "migrate " + with_defaults(words, {{"OF", "api"}, {"ROLE", "init"}}))
           + ")\n";
  if (key == "deploy_task.in")
    return api + "pipeline_task(orders migrate COMMAND x BEFORE deploy)\npipeline_task(orders migrate "
           + words + " DEADLINE 5m)\n";
  if (kind == "deploy_task")
    return api + "pipeline_task(orders "
           + (name ? words + " COMMAND x BEFORE deploy"
                   : "migrate " + with_defaults(words, {{"COMMAND", "x"}, {"BEFORE", "deploy"}}))
           + ")\n";
  if (key == "preview.repository" || key == "preview.branch" || key == "preview.path")
    return "add_pipeline(orders TEMPLATE java-maven)\npipeline_service(orders api)\n"
           "pipeline_environment(orders stage VIA gitops REPOSITORY m.git)\npipeline_preview(orders IN stage "
           + words + ")\n";
  if (kind == "preview")
    return api + "pipeline_cron_job(orders close-stale-orders SCHEDULE @daily)\npipeline_preview(orders "
           + with_defaults(words, {{"IN", "stage"}}) + ")\n";
  if (kind == "release")
    return "add_pipeline(orders TEMPLATE java-maven)\npipeline_environment(orders prod ON tag v* VIA "
           "kubectl)\n"
           "pipeline_release(orders "
           + words + ")\n";
  return api + "pipeline_canary(orders " + with_defaults(words, {{"IN", "prod"}, {"SHARE", "10%"}}) + ")\n";
}

/// The same as calls. A step that is a function is of a C++ file.
cicd::recorded_calls calls_with(std::string_view key, std::string_view text) {
  cicd::recorded_calls calls = cicd::tests::written(configure_with(key, text));
  if (key != "step.values" && key != "step.run") return calls;
  for (cicd::call& each : calls.calls) each.where.part = "of C++";
  return calls;
}
cicd::errors errors_with(std::string_view key, std::string_view text) {
  return cicd::model_of(calls_with(key, text), cicd::tests::own_templates()).errors;
}
std::string told(const cicd::errors& all) {
  std::string text;
  for (const cicd::error& each : all) text += cicd::text_of(each);
  return text;
}

TEST(the_words_of_options, are_there_for_every_field_and_for_nothing_else) {
  std::set<std::string> documented;
  for (const cicd::field_doc& each : cicd::field_docs()) {
    EXPECT_TRUE(documented.emplace(each.key).second) << each.key << " twice";
    EXPECT_FALSE(each.text.empty()) << each.key;
    EXPECT_FALSE(each.example.empty()) << each.key;
    EXPECT_FALSE(each.wrong.empty()) << each.key;
  }
  EXPECT_EQ(documented, visited_keys());
}

TEST(the_example_of_every_option, is_right) {
  for (const cicd::field_doc& each : cicd::field_docs())
    EXPECT_EQ(told(errors_with(each.key, each.example)), "") << each.key;
}

/// The declarations of a configure as values, as far as they are of a pipeline.
std::vector<cicd::pipeline> values_of_calls(const cicd::recorded_calls& from,
                                            std::vector<cicd::call>& others) {
  using namespace cicd;
  using namespace cicd::declaring;
  findings found("/src");
  std::vector<pipeline> all;
  const auto of_name = [&](const std::string& name) {
    return std::find_if(all.begin(), all.end(),
                        [&](const pipeline& each) { return each.name.view() == name; });
  };
  for (const call& each : from.calls) {
    call_site site{.from = &each, .order = 0, .subject = {}};
    if (each.where.function == "add_pipeline") all.push_back(read_pipeline(site, found).value);
  }
  for (const call& each : from.calls) {
    call_site site{.from = &each, .order = 0, .subject = {}};
    if (each.where.function == "pipeline_label") {
      const auto read = read_labels(site, found);
      const auto to = of_name(read.pipeline);
      to->labels.insert(to->labels.end(), read.value.labels.begin(), read.value.labels.end());
    }
    if (each.where.function == "pipeline_ci") others.push_back(each);
    each_kind([&]<typename T>() {
      if (kind<T>.function != each.where.function) return;
      const declaration<T> read = read_part<T>(site, found);
      if (read.pipeline.empty())
        others.push_back(each);
      else
        ((*of_name(read.pipeline)).*kind<T>.list).push_back(read.value);
    });
  }
  return all;
}

std::vector<cicd::pipeline> declared_values;

/// What a C++ file with these values writes, read as the driver reads it, and the `others` of CMake beside
/// it.
cicd::recorded_calls calls_through_cpp(std::vector<cicd::pipeline> values,
                                       const std::vector<cicd::call>& others) {
  declared_values = std::move(values);
  std::string file = testing::TempDir() + "typed-calls." + std::to_string(getpid());
  std::string source = "/src/pipeline.cpp", folder = "/src", program = "program";
  char* words[] = {program.data(), file.data(), source.data(), folder.data(), folder.data()};
  EXPECT_EQ(cicd::print_declared(5, words, [] { return declared_values; }), 0);
  std::string text = cicd::tests::file_text(file);
  std::filesystem::remove(file);
  text.erase(text.rfind('{'));
  const std::string head = R"({"cicd":1,"source_root":"/src","build_root":"/build"})"
                           "\n";
  const std::string end =
      fmt::format(R"({{"calls":{},"sha256":"{}"}})", std::count(text.begin(), text.end(), '\n'),
                  cicd::hex(cicd::sha256(head + text)));
  auto read = cicd::read_calls(head + text + end, {});
  EXPECT_TRUE(read) << (read ? "" : cicd::text_of(read.error()));
  if (!read) return {};
  read->calls.insert(read->calls.end(), others.begin(), others.end());
  return *read;
}

TEST(every_option, turns_into_the_same_from_cpp_as_from_cmake) {
  std::size_t tried = 0;
  for (const cicd::field_doc& each : cicd::field_docs()) {
    const std::string_view option = each.key.substr(each.key.find('.') + 1);
    if (option == "source" || option == "includes") continue;
    const cicd::recorded_calls written = calls_with(each.key, each.example);
    const auto by_cmake = cicd::model_of(written, cicd::tests::own_templates());
    std::vector<cicd::call> others;
    const auto by_cpp = cicd::model_of(calls_through_cpp(values_of_calls(written, others), others),
                                       cicd::tests::own_templates());
    ASSERT_TRUE(by_cpp.errors.empty()) << each.key << ": " << cicd::text_of(by_cpp.errors.front());
    EXPECT_EQ(cicd::cmake_text(cicd::targets_of(by_cpp.model)),
              cicd::cmake_text(cicd::targets_of(by_cmake.model)))
        << each.key;
    ++tried;
  }
  EXPECT_GT(tried, 150u);
}

/// What a pipeline.json with the calls of `orders` gives, read as the driver reads it, and the other calls
/// beside it.
cicd::recorded_calls calls_through_json(const cicd::recorded_calls& written) {
  cicd::json list(cicd::json::array{});
  cicd::recorded_calls made{.tree = written.tree, .calls = {}};
  std::optional<std::size_t> place;  // of SOURCE
  for (const cicd::call& each : written.calls) {
    if (each.arguments.empty() || each.arguments[0] != "orders") {
      made.calls.push_back(each);
      continue;
    }
    if (!place) place = made.calls.size();
    std::vector<std::string> words{each.where.function, "{pipeline}"};
    words.insert(words.end(), each.arguments.begin() + 1, each.arguments.end());
    list.push(cicd::json_texts(words));
  }
  const cicd::or_errors<std::vector<cicd::call>> read = cicd::declaring::calls_of_json(
      {.pipeline = "orders", .file = "/src/pipeline.json", .shown = "pipeline.json", .directory = "/src"},
      cicd::pretty(cicd::members_of("schema", 2, "calls", std::move(list))));
  for (const cicd::error& each : read.errors) ADD_FAILURE() << cicd::text_of(each);
  if (!read) return made;
  std::string text = R"({"cicd":1,"source_root":"/src","build_root":"/build"})"
                     "\n";
  for (const cicd::call& each : *read.made) text += cicd::line_of(each);
  const auto again = cicd::read_calls(
      text + fmt::format(R"({{"calls":{},"sha256":"{}"}})", read.made->size(), cicd::hex(cicd::sha256(text))),
      {});
  EXPECT_TRUE(again) << (again ? "" : cicd::text_of(again.error()));
  if (again)
    made.calls.insert(made.calls.begin() + static_cast<std::ptrdiff_t>(place.value_or(0)),
                      again->calls.begin(), again->calls.end());
  return made;
}

TEST(every_option, turns_into_the_same_from_json_as_from_cmake) {
  std::size_t tried = 0;
  for (const cicd::field_doc& each : cicd::field_docs()) {
    const std::string_view option = each.key.substr(each.key.find('.') + 1);
    const bool is_of_cpp = each.key == "step.run" || each.key == "step.values";
    if (option == "source" || option == "includes" || is_of_cpp) continue;
    const cicd::recorded_calls written = cicd::tests::written(configure_with(each.key, each.example));
    const auto by_cmake = cicd::model_of(written, cicd::tests::own_templates());
    const auto by_json = cicd::model_of(calls_through_json(written), cicd::tests::own_templates());
    ASSERT_TRUE(by_json.errors.empty()) << each.key << ": " << cicd::text_of(by_json.errors.front());
    EXPECT_EQ(cicd::cmake_text(cicd::targets_of(by_json.model)),
              cicd::cmake_text(cicd::targets_of(by_cmake.model)))
        << each.key;
    ++tried;
  }
  EXPECT_GT(tried, 150u);
}

TEST(every_option, has_a_pattern_in_the_schema_that_its_own_values_match) {
  std::size_t tried = 0;
  for (const cicd::field_doc& each : cicd::field_docs()) {
    const std::size_t dot = each.key.find('.');
    for (const cicd::declaring::option& of : cicd::declaring::options_of(each.key.substr(0, dot))) {
      if (of.key != each.key.substr(dot + 1) || of.pattern.empty() || of.key == "name") continue;
      const std::vector<std::string> words = cicd::tests::words_in(each.example);
      if (words.size() < 2 || words[0] != of.keyword) continue;
      EXPECT_TRUE(std::regex_search(words[1], std::regex(std::string(of.pattern))))
          << each.key << ": " << words[1];
      ++tried;
    }
  }
  EXPECT_GT(tried, 60u);
}

TEST(the_counter_example_of_every_option, is_refused_once_and_for_its_own_sake) {
  for (const cicd::field_doc& each : cicd::field_docs()) {
    const cicd::errors errors = errors_with(each.key, each.wrong);
    ASSERT_EQ(errors.size(), 1u) << each.key << "\n" << told(errors);
    const std::string keyword(each.key == "setting.value" ? "VALUE"
                                                          : each.wrong.substr(0, each.wrong.find(' ')));
    EXPECT_NE(cicd::text_of(errors[0]).find(each.key.ends_with(".name") ? "a wrong name" : keyword),
              std::string::npos)
        << cicd::text_of(errors[0]);
  }
}

const cicd::declaring_function& function_named(std::string_view name) {
  static const cicd::declaring_function none;
  for (const auto& each : cicd::declaring_functions())
    if (each.name == name) return each;
  ADD_FAILURE() << name;
  return none;
}

TEST(declaring_functions, have_their_fields_as_keywords) {
  EXPECT_EQ(cicd::declaring_functions().size(), 21u);
  EXPECT_EQ(cicd::declaring_functions()[0].name, "add_pipeline");
  EXPECT_EQ(function_named("pipeline_step").keywords.front(), "COMMAND");
  EXPECT_EQ(function_named("pipeline_container").keywords,
            (std::vector<std::string_view>{"IN", "OF", "ROLE", "IMAGE", "COMMAND", "ENV", "SECRET_ENV",
                                           "VOLUMES", "CPU", "MEMORY"}));
  EXPECT_EQ(function_named("pipeline_canary").keywords,
            (std::vector<std::string_view>{"IN", "SERVICE", "SHARE", "TTL", "APPROVAL"}));
  EXPECT_EQ(function_named("pipeline_release").keywords,
            (std::vector<std::string_view>{"BRANCHES", "VERSIONS"}));
  EXPECT_TRUE(function_named("pipeline_label").keywords.empty());
  EXPECT_TRUE(function_named("pipeline_scan").keywords.empty()) << "those of a step";
}

TEST(declaring_functions, have_a_cmake_file_each) {
  for (const auto& each : cicd::declaring_functions()) {
    const std::string name(each.name);
    const std::string text = cicd::tests::file_text(cicd::tests::source_root() / "cmake" / (name + ".cmake"));
    EXPECT_NE(text.find("function(" + name + ")"), std::string::npos) << name;
  }
}

TEST(the_keyword_of_an_option, is_its_key) {
  for (const auto& [key, keyword] : {std::pair{"service.role_arn", "ROLE_ARN"},
                                     {"environment.role", "ROLE"},
                                     {"environment.protected", "PROTECTED"},
                                     {"environment.namespace", "NAMESPACE"},
                                     {"preview.namespace", "NAMESPACE"}}) {
    ASSERT_NE(cicd::find_field_doc(key), nullptr) << key;
    EXPECT_TRUE(cicd::find_field_doc(key)->example.starts_with(keyword)) << key;
  }
}

TEST(the_words_of_one_option, are_found_by_its_name) {
  ASSERT_NE(cicd::find_field_doc("service.replicas"), nullptr);
  EXPECT_EQ(cicd::find_field_doc("service.replicas")->example, "REPLICAS 4..20");
  EXPECT_EQ(cicd::find_field_doc("service.replica"), nullptr);
}

}  // namespace
