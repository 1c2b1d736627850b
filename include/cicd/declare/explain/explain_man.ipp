// cicd-pipeline(7): the functions of the declaration with their options, and the placeholders.
#pragma once

#include <cicd/declare/explain/explain.hpp>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/declare/explain/man_text.hpp>
#include <cicd/declare/options/options.hpp>

namespace cicd {

namespace declare_explain_explain_man {
namespace {

using namespace declaring;

void add_option(man_page& to, const declaring_function& function, const option& of) {
  const field_doc* doc = find_field_doc(fmt::format("{}.{}", function.kind, of.key));
  if (doc == nullptr) return;
  to.add_term(of.key == "name" ? fmt::format("<{}>", function.kind) : of.keyword,
              fmt::format("{} Allowed: {}. Example: {}", doc->text, of.allowed, doc->example));
}

}  // namespace
}  // namespace declare_explain_explain_man

std::string declaration_man_page(std::string_view source) {
  using namespace declare_explain_explain_man;
  man_page page("cicd-pipeline", "7", "the declaration of a pipeline in CMake", source);
  page.add_section("SYNOPSIS");
  page.add_lines(
      "find_package(cicd REQUIRED)\n"
      "add_pipeline(orders TEMPLATE go)\n"
      "pipeline_environment(orders stage ON branch main VIA gitops)");
  page.add_section("DESCRIPTION");
  page.add_paragraph(
      "A call is a function, one or two names, and keywords with their values. A keyword is given once in a "
      "call; a "
      "flag stands alone. A list in a call that changes what a template declares adds to the template's; "
      "with = before "
      "its first value it replaces it. A value that looks like a keyword is written with a backslash, which "
      "CMake "
      "wants doubled. In C++ the options are the fields of structs, in lower case.");
  for (const declaring_function& function : declaring_functions()) {
    page.add_section(function.name);
    page.add_lines(fmt::format("{}({} …)", function.name, function.signature));
    page.add_paragraph(function.summary);
    for (const option& each : options_of(function.kind)) add_option(page, function, each);
  }
  page.add_section("PLACEHOLDERS");
  page.add_paragraph("A name in braces, not after $ or %, stands for a value where its option says so.");
  for (const placeholder_doc& each : placeholder_docs())
    page.add_term(fmt::format("{{{}}}", each.name), each.text);
  page.add_section("SEE ALSO");
  page.add_paragraph("cicd(1), cicd-explain(1)");
  return page.text();
}

}  // namespace cicd
