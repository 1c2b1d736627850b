// Parameters of a template in a declaration, its skeleton, and what `cicd template check` says of a wrong
// one.
#include <gtest/gtest.h>

#include <cicd/base/json_place.hpp>
#include <cicd/declare/parse/template_skeleton.hpp>
#include <cicd/declare/values/service_name.hpp>

#include "written.hpp"

namespace {

using cicd::declaring::check_template;
using cicd::tests::errors_of;
using cicd::tests::model_from;

/// One template `t` with these files, and `base`.
cicd::template_source source_of(std::string json,
                                std::vector<cicd::template_file> files = {},
                                std::string base = "{\"schema\": 1}") {
  cicd::template_source made = cicd::tests::templates({{"t", std::move(json)}, {"base", std::move(base)}});
  made.files = [files](const std::string& name) -> cicd::result<std::vector<cicd::template_file>> {
    return name == "t" ? files : std::vector<cicd::template_file>();
  };
  return made;
}

constexpr const char* good = R"({"schema": 2, "version": "1.2", "description": "d",
  "parameters": {
    "port": {"type": "integer", "words": "w", "allowed": "1024..65535", "default": 8080},
    "server": {"type": "choice", "words": "w", "allowed": ["plain", "boot"], "default": "plain"},
    "strict": {"type": "boolean", "words": "w", "default": true},
    "group": {"type": "text", "words": "w", "allowed": "package", "default": "com.example"}
  },
  "needs": {"make": {"oldest": "4.3", "package": "make"}},
  "calls": [["pipeline_step", "{pipeline}", "build", "COMMAND", "make", "P={port}", "S={strict}", "{source}"]]
})";

std::string text_of_all(const cicd::errors& all) {
  std::string text;
  for (const auto& each : all) text += cicd::text_of(each);
  return text;
}

std::vector<cicd::template_file> good_files() {
  return {
      {"service/CMakeLists.txt", "add_pipeline(@@name@@ TEMPLATE t SET port=@@port@@)\n"},
      {"service/src/@@group_path@@/@@name_pascal@@.x", "package @@group@@; {{name}} ${name} @x@ @@ @@@@\n"},
      {"service/run", "#!/bin/sh\n", true},
      {"service.server=boot/run", "boot\n", true},
      {"service.server=plain/plain.txt", "@@name_snake@@ @@name_upper@@ @@name_flat@@ @@name_camel@@\n"}};
}

TEST(a_parameter, is_replaced_in_the_calls_of_a_template_by_SET_or_its_default) {
  const auto words = [](std::string_view lines) {
    const auto made = model_from(lines, source_of(good));
    EXPECT_EQ(text_of_all(made.errors), "");
    std::string line;
    for (const auto& each : made.model.pipelines.at(0).declared.steps.at(0).command) line += each.str() + " ";
    return line;
  };
  EXPECT_EQ(words("add_pipeline(o TEMPLATE t)"), "make P=8080 S=true {source} ");
  EXPECT_EQ(words("add_pipeline(o TEMPLATE t SET port=9090 strict=false)"), "make P=9090 S=false {source} ");
}

TEST(a_wrong_SET, says_its_word_what_is_allowed_and_the_nearest) {
  const auto says = [](const char* set, const std::vector<std::string>& parts) {
    const std::string text =
        errors_of(std::string("add_pipeline(o TEMPLATE t SET ") + set + ")", source_of(good));
    for (const std::string& part : parts) EXPECT_NE(text.find(part), text.npos) << set << "\n" << text;
  };
  says("prot=1", {"o: SET: the template has no such parameter: 'prot'", "declared at", "did you mean: port",
                  "allowed:      port, server, strict, group"});
  says("port=80", {"the parameter port is an integer: '80'", "did you mean: port=1024",
                   "a whole number from 1024 to 65535"});
  says("port=08080", {"the parameter port is an integer: '08080'", "did you mean: port=8080"});
  says("strict=ON", {"the parameter strict is a boolean: 'ON'", "did you mean: strict=true"});
  says("server=boot", {"SET server has no meaning in a declaration", "try:         leave it out"});
  says("port=9090 port=9091", {"port"});
  says("port", {"SET", "key=value"});
  EXPECT_NE(errors_of("add_pipeline(o SET port=1)").find("SET has no meaning without TEMPLATE"),
            std::string::npos);
}

TEST(a_parameter_without_a_default, has_to_be_given_where_the_calls_use_it) {
  const auto source = source_of(
      R"({"schema": 2, "version": "1", "description": "d", "parameters": {"goal": {"type": "text", "words": "what to make"}},
    "calls": [["pipeline_step", "{pipeline}", "b", "COMMAND", "make", "{goal}"]]})");
  const std::string text = errors_of("add_pipeline(o TEMPLATE t)", source);
  EXPECT_NE(text.find("SET goal is missing"), text.npos) << text;
  EXPECT_NE(text.find("SET goal=<value>: what to make"), text.npos) << text;
  EXPECT_EQ(errors_of("add_pipeline(o TEMPLATE t SET goal=all)", source), "");
}

TEST(a_skeleton, is_filled_in_for_a_name_and_the_values_of_parameters) {
  const auto source = source_of(good, good_files());
  const auto of = cicd::declaring::read_template("t", source);
  ASSERT_TRUE(of.made) << text_of_all(of.errors);
  const auto skeleton = cicd::declaring::read_skeleton(*of.made, source);
  ASSERT_TRUE(skeleton.made) << text_of_all(skeleton.errors);
  auto values = values_over_defaults(of.made->parameters, {{"port", "9090"}, {"group", "shop.web"}});
  auto made = rendered(*skeleton.made, *of.made, "orders-api", values);
  ASSERT_TRUE(made.made) << text_of_all(made.errors);
  const std::vector<cicd::declaring::service_file> expected{
      {"CMakeLists.txt", "add_pipeline(orders-api TEMPLATE t SET port=9090)\n"},
      {"plain.txt", "orders_api ORDERS_API ordersapi ordersApi\n"},
      {"run", "#!/bin/sh\n", true},
      {"src/shop/web/OrdersApi.x", "package shop.web; {{name}} ${name} @x@ @@ @@@@\n"}};
  EXPECT_EQ(*made.made, expected);
  values["server"] = "boot";
  made = rendered(*skeleton.made, *of.made, "orders-api", values);
  ASSERT_EQ(made->size(), 3u);
  EXPECT_EQ(made->at(1).text, "boot\n") << "laid over the file of service/";
}

TEST(a_good_template, has_nothing_to_say) {
  EXPECT_EQ(text_of_all(check_template("t", source_of(good, good_files()))), "");
}

TEST(each_template_that_cicd_brings, has_nothing_to_say_and_makes_a_service) {
  const auto source = cicd::tests::own_templates();
  for (const std::string& name : source.names()) {
    EXPECT_EQ(text_of_all(check_template(name, source)), "") << name;
    const auto of = cicd::declaring::read_template(name, source);
    ASSERT_TRUE(of.made) << name;
    const auto skeleton = cicd::declaring::read_skeleton(*of.made, source);
    ASSERT_TRUE(skeleton.made) << name;
    EXPECT_EQ(skeleton.made->files.empty(), of.made->of_environment) << name;
    for (const auto& each : of.made->parameters) EXPECT_TRUE(each.default_value) << name << " " << each.name;
  }
}

void expect_found(const cicd::template_source& source, const std::vector<std::string>& parts) {
  const std::string text = text_of_all(check_template("t", source));
  for (const std::string& part : parts) EXPECT_NE(text.find(part), text.npos) << part << "\n" << text;
}
std::string with(std::string_view members) {
  return "{\"schema\": 2, \"version\": \"1\",\n\"description\": \"d\",\n" + std::string(members) + "}";
}

TEST(the_check_of_a_template, finds_each_mistake_of_template_json_at_its_line) {
  const auto says = [](std::string_view members, const std::vector<std::string>& parts) {
    expect_found(source_of(with(members)), parts);
  };
  says("\"needds\": {}", {"template.json has an unknown member: 'needds'", "declared at:  t/template.json:3",
                          "did you mean: needs"});
  says("\"calls\": 7", {"calls is not a list", "t/template.json:3"});
  says("\"extends\": 7", {"extends is not the name of a template: '7'", "t/template.json:3"});
  says("\"extends\":\n\"t\"", {"the template extends itself: 't'", "t/template.json:4"});
  says("\"calls\": [\n[\"pipeline_step\", \"{pipeline}\", \"b\",\n\"COMMAND\", \"{prot}\"]]",
       {"a placeholder that is not a parameter of the template: '{prot}'", "t/template.json:5"});
  says("\"calls\": [\n[\"pipeline_step\", \"{pipeline}\", \"b\", \"COMAND\", \"x\"]]",
       {"t/template.json:4", "did you mean: COMMAND"});
  says("\"parameters\": {\n\"Port\": {}}", {"this can be no parameter's name: 'Port'", "t/template.json:4"});
  says("\"parameters\": {\n\"host\": {\"type\": \"text\", \"words\": \"w\"}}",
       {"this can be no parameter's name: 'host'"});
  says("\"parameters\": {\n\"p\": {\"type\": \"integr\",\n\"words\": \"w\"}}",
       {"parameter p has an unknown type: 'integr'", "t/template.json:4", "did you mean: integer"});
  says("\"parameters\": {\n\"p\": {\"type\": \"text\", \"word\": \"w\"}}",
       {"parameter p has an unknown member: 'word'", "did you mean: words"});
  says("\"parameters\": {\"p\": {\"type\": \"integer\", \"words\": \"w\",\n\"default\": \"8080\"}}",
       {"the default of p is not an integer: '\"8080\"'", "t/template.json:4"});
  says(
      "\"parameters\": {\"p\": {\"type\": \"choice\", \"words\": \"w\", \"allowed\": [\"a\"],\n\"default\": "
      "\"b\"}}",
      {"the default of p is not a choice: '\"b\"'"});
  says("\"parameters\": {\"p\": {\"type\": \"choice\", \"words\": \"w\"}}",
       {"allowed of the choice p cannot be read", "a list of words"});
  says("\"parameters\": {\"p\": {\"type\": \"integer\", \"words\": \"w\", \"allowed\": \"9..1\"}}",
       {"allowed of the integer p cannot be read", "1..65535"});
  says("\"parameters\": {\"p\": {\"type\": \"text\", \"words\": \"w\", \"allowed\": \"packge\"}}",
       {"did you mean: package"});
  says("\"parameters\": {\n\"p\": {\"type\": \"text\", \"words\": \"w\", \"default\": \"a\"}}",
       {"a parameter that nothing uses: 'p'", "t/template.json:4"});
  says("\"needs\": {\"make\": {\"oldest\":\n\"new\"}}",
       {"oldest of make is not a version: 'new'", "t/template.json:4"});
  says("\"needs\": {\"../make\": {}}", {"this can be no tool's name: '../make'"});
  expect_found(source_of("{\"schema\": 2,\n\"description\": \"d\",\n\"version\": \"x\"}"),
               {"version is not a version: 'x'", "t/template.json:3"});
  expect_found(source_of("{\"schema\": 2}"), {"version is missing", "description is missing"});
  expect_found(source_of("{\n\"schema\": 9}"),
               {"template.json has an unknown schema: '9'", "t/template.json:2", "a newer cicd"});
  expect_found(source_of("{}"), {"template.json has no schema", "\"schema\": 1 to 2"});
  expect_found(source_of("{\n\n]"), {"t/template.json:3"});
  expect_found(source_of("{\"schema\": 1, \"needs\": {}}"), {"template.json has an unknown member: 'needs'"});
}

TEST(the_check_of_a_template, finds_each_mistake_of_its_skeleton_at_its_line) {
  const auto says = [](cicd::template_file file, const std::vector<std::string>& parts) {
    std::vector<cicd::template_file> files = good_files();
    files.push_back(std::move(file));
    expect_found(source_of(good, files), parts);
  };
  says({"service/a", "one\n@@prot@@\n"}, {"a placeholder that is not a parameter of the template: '@@prot@@'",
                                          "t/service/a:2", "did you mean: @@port@@"});
  says({"service/@@nam@@", ""}, {"'@@nam@@'", "declared at:  t/service/@@nam@@\n"});
  says({"service/a", "one\n\xff"}, {"the file is not text in UTF-8: 'byte 0xff'", "t/service/a:2"});
  says({"service/a", std::string("a\0b", 3)}, {"the file is not text in UTF-8: 'byte 0x00'"});
  cicd::template_file link{"service/a", ""};
  link.is_plain = false;
  says(link, {"the skeleton holds something other than a plain file: 'a'", "t/service/a"});
  says({"service.server=boott/a", ""},
       {"the folder names no value of a choice or boolean: 'service.server=boott'",
        "did you mean: service.server=boot"});
  says({"service.port=1/a", ""},
       {"service.server=plain, service.server=boot, service.strict=true, service.strict=false"});
  says({"sevice/a", ""}, {"nothing of a template: 'sevice/a'", "did you mean: service/"});
  says({"service/.git/hooks/a", ""}, {"the path is git's own: '.git/hooks/a'"});
  says({"service/.cicd-template.json", ""}, {"the file is written by `cicd new` itself"});
  says({"service/run/b", ""}, {"a file has the path of a folder: 'run'"});
  expect_found(source_of(good, {{"service/a", "@@group@@ @@server@@"}}),
               {"the skeleton has no CMakeLists.txt"});
}

TEST(a_path_of_a_new_service, never_leads_out_of_its_folder) {
  const auto source =
      source_of(with(R"("parameters": {"p": {"type": "text", "words": "w", "allowed": "line"}})"),
                {{"service/@@p@@/a", ""}});
  const auto of = cicd::declaring::read_template("t", source);
  ASSERT_TRUE(of.made);
  const auto skeleton = cicd::declaring::read_skeleton(*of.made, source);
  for (const char* value : {"..", "../..", "a/../..", "/", ".git"})
    EXPECT_FALSE(rendered(*skeleton.made, *of.made, "o", {{"p", value}}).made) << value;
  EXPECT_TRUE(rendered(*skeleton.made, *of.made, "o", {{"p", "a/b"}}).made);
}

TEST(the_name_of_a_service, is_refused_with_all_that_would_refuse_it_later) {
  const auto refused = [](std::string_view name) {
    std::string by;
    if (const auto why = cicd::why_no_service_name(name)) {
      for (const auto& each : why->objections) by += each.by + " | ";
      EXPECT_FALSE(cicd::why_no_service_name(why->meant)) << name << " -> " << why->meant;
      by += why->meant;
    }
    return by;
  };
  EXPECT_EQ(refused("orders"), "");
  EXPECT_EQ(refused("orders-api-2"), "");
  EXPECT_EQ(refused("test"), "CMake | Cargo | test-service");
  EXPECT_EQ(refused("con"), "Windows, Cargo and Go | con-service");
  EXPECT_EQ(refused("Orders_API"), "DNS | orders-api");
  EXPECT_EQ(refused("../x"), "DNS | Java, Go and Kubernetes | the file system | x");
  EXPECT_EQ(refused(std::string(64, 'a')), "DNS | Kubernetes | " + std::string(40, 'a'));
  EXPECT_EQ(refused("class"), "Java | class-service");
  EXPECT_EQ(refused("package"), "CMake | Java | Go | package-service");
  EXPECT_EQ(refused("7up"), "Java, Go and Kubernetes | service-7up");
  EXPECT_EQ(refused(""), "DNS | Java, Go and Kubernetes | orders");
  EXPECT_EQ(refused("a--b"), "DNS | a-b");
}

TEST(versions, are_compared_number_by_number) {
  using cicd::declaring::is_older;
  EXPECT_TRUE(is_older("3.9", "3.10"));
  EXPECT_TRUE(is_older("3", "3.0.1"));
  EXPECT_FALSE(is_older("3.0", "3"));
  EXPECT_FALSE(is_older("17.0.1", "11"));
}

TEST(a_line_of_json, is_found_by_the_path_of_its_value) {
  const std::string text = "{\n\"a\": [1,\n {\"b}\\\"\":\n true}],\n\"c\": \"x\"\n}";
  const auto line = [&](std::vector<std::string> path) { return cicd::line_in_json(text, path); };
  EXPECT_EQ(line({}), 1);
  EXPECT_EQ(line({"a"}), 2);
  EXPECT_EQ(line({"a", "1"}), 3);
  EXPECT_EQ(line({"a", "1", "b}\""}), 4);
  EXPECT_EQ(line({"c"}), 5);
  EXPECT_EQ(line({"a", "7"}), 2) << "the last part that is there";
  const auto elements = [&](std::vector<std::string> path) { return cicd::lines_of_elements(text, path); };
  EXPECT_EQ(elements({"a"}), (std::vector<int>{2, 3}));
  EXPECT_TRUE(elements({"c"}).empty());
  EXPECT_TRUE(elements({"nothing"}).empty());
}

TEST(a_member_of_json, that_is_there_twice_is_found_at_any_depth) {
  const auto found =
      cicd::repeated_member_in("{\"a\": [{}, [], {\"b\": \"{b\",\n\"c\": 1,\n\"\\u0062\": 2}]}");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "b");
  EXPECT_EQ(found->line, 3);
  EXPECT_FALSE(
      cicd::repeated_member_in("{\"a\": {\"b\": 1}, \"c\": {\"b\": 1, \"a\": [{\"a\": {}}, {\"a\": 2}]}}"));
}

}  // namespace
