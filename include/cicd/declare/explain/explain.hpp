// `cicd explain`: what an option does, which others there are, where a value comes from, what a template
// expands to; and the reference page, which is the same words in Markdown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>

namespace cicd {

/// The words for a subject: a function (`pipeline_service`), a kind (`service`), an option
/// (`service.replicas`), all options of a keyword (`REPLICAS`), a placeholder (`{slug}`), a label
/// (`commit_id`), a template (`java-maven`), a declared thing (`prod`, `orders.api`, `DD_VERSION`) or value
/// (`orders.service.api.replicas`: its value in each environment and where each comes from), a target
/// (`deploy-stage`); else the options that mention it. An unknown subject is class `usage` with the nearest.
result<std::string> explanation(std::string_view subject,
                                const model* declared,
                                const template_source& templates);

/// What can be asked, by kind.
std::string explanation_index(const model* declared, const template_source& templates);

/// Everything that `explanation` has a word for, for completion.
std::vector<std::string> subjects(const model* declared, const template_source& templates);

/// docs/reference.md.
std::string reference_markdown();

}  // namespace cicd
