// `cicd explain`: what an option does, which others there are, where a value comes from, what a template
// expands to; and the reference page, which is the same words in Markdown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/explain/page.hpp>
#include <cicd/declare/model.hpp>

namespace cicd {

/// The pages of a subject: a function (`pipeline_service`), a kind (`service`), an option
/// (`service.replicas`), all options of a keyword (`REPLICAS`), a placeholder (`{slug}`), a label
/// (`commit_id`), a template (`java-maven`), a declared thing (`prod`, `orders.api`, `DD_VERSION`) or value
/// (`orders.service.api.replicas`: its value in each environment and where each comes from). Targets and
/// commands have theirs elsewhere. None where it is nothing of these.
result<std::vector<explained>> explanations(std::string_view subject,
                                            const model* declared,
                                            const template_source& templates);

/// The options that mention a word, for one that is nothing else; no page where none does.
std::vector<explained> mentions_of(std::string_view word);

/// Class `usage`: the subject is nothing that is known, with the nearest of these.
error unknown_subject(std::string_view subject, const std::vector<std::string>& known);

/// What can be asked, by kind.
std::string explanation_index(const model* declared, const template_source& templates);

/// Everything that `explanation` has a word for, for completion.
std::vector<std::string> subjects(const model* declared, const template_source& templates);

/// docs/reference.md.
std::string reference_markdown();
/// cicd-pipeline(7), the same for man; `source` stands at its foot.
std::string declaration_man_page(std::string_view source);
/// Snippets of VS Code, by name: the functions and keywords in CMake, the structs in C++.
json editor_snippets();
/// completion.cmake: a documentation comment for each function and keyword.
std::string cmake_comments();

/// docs/schema/pipeline.schema.json: JSON Schema (2020-12) of a template.json and a pipeline.json.
std::string calls_schema();

}  // namespace cicd
