// The words of every option: each has some, its example is right and its counter-example is refused by the
// real parser.
#include <cicd/declare/fields.hpp>

#include <gtest/gtest.h>

#include <set>

#include "written.hpp"

namespace {

std::set<std::string> visited_keys() {
  std::set<std::string> keys;
  const auto add = [&](const std::string& kind, auto value) {
    each_field(value, [&](std::string_view key, auto&) { keys.insert(kind + "." + std::string(key)); });
  };
  add("pipeline", cicd::pipeline{});
  add("step", cicd::step{});
  add("image", cicd::image{});
  add("service", cicd::service{});
  add("environment", cicd::environment{});
  return keys;
}

/// A configure in which `words` stand in a call of that kind and all they refer to exists; a name stands for
/// itself.
std::string configure_with(std::string_view key, std::string_view words) {
  const std::string kind(key.substr(0, key.find('.')));
  const bool name = key.ends_with(".name");
  const std::string text(words);
  const auto has = [&](std::string_view keyword) {
    return (" " + text + " ").find(" " + std::string(keyword) + " ") != std::string::npos;
  };
  std::string lines;
  if (kind == "pipeline") {
    const std::string with_template = key == "pipeline.template" ? "" : " TEMPLATE java-maven";
    lines = name ? "add_pipeline(" + text + ")\n"
                 : "add_pipeline(orders" + with_template + " " + text
                       + ")\npipeline_step(orders runtime COMMAND x)\n";
    return lines;
  }
  lines = "add_pipeline(orders TEMPLATE java-maven)\npipeline_step(orders runtime COMMAND x)\n";
  if (kind != "environment") lines += "pipeline_environment(orders stage VIA gitops)\n";
  if (kind == "step")
    lines += "pipeline_step(orders "
             + (name ? text + " COMMAND x"
                     : "own " + std::string(has("COMMAND") || has("SHELL") ? "" : "COMMAND x ") + text)
             + ")\n";
  if (kind == "image")
    lines +=
        "pipeline_image(orders "
        + (name ? text + " BASE scratch" : "own " + std::string(has("BASE") ? "" : "BASE scratch ") + text)
        + ")\n";
  if (kind == "service" && key == "service.in")
    return lines + "pipeline_service(orders api PORT 80)\npipeline_service(orders api " + text
           + " REPLICAS 2)\n";
  if (kind == "service") {
    const std::string needed = std::string(has("PORT") ? "" : "PORT 80 ") + (has("CPU") ? "" : "CPU 1 ")
                               + (has("HOST") ? "" : "HOST a.example.com ");
    lines += "pipeline_service(orders " + (name ? text : "api " + needed + text) + ")\n";
  }
  if (kind == "environment") {
    const std::string via = has("VIA") ? "" : has("CONTEXT") ? "VIA kubectl " : "VIA gitops ";
    lines += "pipeline_environment(orders " + (name ? text + " " + via : "stage " + via + text) + ")\n";
  }
  return lines;
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
    EXPECT_EQ(cicd::tests::errors_of(configure_with(each.key, each.example)), "") << each.key;
}

TEST(the_counter_example_of_every_option, is_refused_once_and_for_its_own_sake) {
  for (const cicd::field_doc& each : cicd::field_docs()) {
    const auto errors = cicd::tests::model_from(configure_with(each.key, each.wrong)).errors;
    ASSERT_EQ(errors.size(), 1u) << each.key << "\n"
                                 << cicd::tests::errors_of(configure_with(each.key, each.wrong));
    const std::string keyword(each.wrong.substr(0, each.wrong.find(' ')));
    EXPECT_NE(cicd::text_of(errors[0]).find(each.key.ends_with(".name") ? "a wrong name" : keyword),
              std::string::npos)
        << cicd::text_of(errors[0]);
  }
}

TEST(declaring_functions, have_their_fields_as_keywords) {
  const auto& functions = cicd::declaring_functions();
  ASSERT_EQ(functions.size(), 5u);
  EXPECT_EQ(functions[0].name, "add_pipeline");
  EXPECT_EQ(functions[1].keywords.front(), "COMMAND");
  EXPECT_EQ(functions[4].keywords, (std::vector<std::string_view>{"ON", "VIA", "REPOSITORY", "BRANCH", "PATH",
                                                                  "NAMESPACE", "CONTEXT", "ALLOW_DIRTY"}));
}

TEST(the_words_of_one_option, are_found_by_its_name) {
  ASSERT_NE(cicd::find_field_doc("service.replicas"), nullptr);
  EXPECT_EQ(cicd::find_field_doc("service.replicas")->example, "REPLICAS 4..20");
  EXPECT_EQ(cicd::find_field_doc("service.replica"), nullptr);
}

}  // namespace
