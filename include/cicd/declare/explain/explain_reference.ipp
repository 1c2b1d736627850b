// docs/reference.md: the words of every option, as Markdown.
#pragma once

#include <cicd/declare/explain/explain.hpp>

#include <fmt/format.h>

#include <cicd/declare/explain/cmake_words.hpp>

namespace cicd {

namespace declare_explain_explain_reference {
namespace {

constexpr std::string_view head = R"~(# Reference

Written by `cicd reference` from the comments of the structs in `include/cicd/declare/`; a test compares. `cicd explain <name>`
prints the same words, and what a declared value is and where it comes from.

A call is a function, one or two names, and keywords with their values (`pipeline_label` has no keywords):

```cmake
pipeline_step(orders lint  COMMAND ./lint.sh src  AFTER build  TIMEOUT 5m)
```

- A keyword is given once in a call. A flag stands alone; other keywords take one value, two words (`ON`), or a list.
- A word in capitals that is nearly a keyword is taken for a misspelt one, also within a list. Where the word itself is meant, it is
  written with a backslash, which CMake wants doubled: `COMMAND curl -X "\\GRACE"`. The backslash is not part of the value.
- A list in a call that changes what a template declares adds to the template's list; with `=` before its first value it
  replaces it: `PASS_ENV = JAVA_HOME`. The words of a program (`COMMAND`, `ENTRYPOINT`, `ARGUMENTS`) are always replaced.
- An empty value is refused, except among the arguments of a program.
- Generator expressions work in commands, paths, texts and values of `ENV`.
- A pipeline can be extended from any folder of the build tree, also before the `add_pipeline()` that declares it.

)~";

std::string placeholders_text(const declaring::option& of) {
  std::string list;
  for (const std::string_view name : of.placeholders)
    list.append(list.empty() ? "" : ", ").append(fmt::format("`{{{}}}`", name));
  return list;
}

void append_option(std::string& to, std::string_view kind, const declaring::option& of) {
  const std::string key = fmt::format("{}.{}", kind, of.key);
  const field_doc* doc = find_field_doc(key);
  if (!doc) return;
  to += fmt::format("### `{}`\n\n{}\n\n", of.key == "name" ? "<" + std::string(kind) + ">" : of.keyword,
                    doc->text);
  to += fmt::format("- Name: `{}`\n- Allowed: {}\n", key, of.allowed);
  if (!of.placeholders.empty()) to += fmt::format("- Placeholders: {}\n", placeholders_text(of));
  to += fmt::format("- Example: `{}`\n- Refused: `{}`\n\n", doc->example, doc->wrong);
}

}  // namespace
}  // namespace declare_explain_explain_reference

std::string reference_markdown() {
  std::string page(declare_explain_explain_reference::head);
  for (const declaring_function& function : declaring_functions()) {
    page += fmt::format("## `{}({} …)`\n\n{}\n\n", function.name, function.signature, function.summary);
    for (const declaring::option& each : declaring::options_of(function.kind))
      declare_explain_explain_reference::append_option(page, function.kind, each);
  }
  page +=
      "## Placeholders\n\nA name in braces, not after `$` or `%`, stands for a value where its option says "
      "so.\n\n| placeholder | value |\n|---|---|\n";
  for (const auto& each : declaring::placeholder_docs())
    page += fmt::format("| `{{{}}}` | {} |\n", each.name, each.text);
  return page;
}

}  // namespace cicd
