// The pages of `cicd explain` as plain text, one a function. It does not know which page a word means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/explain/label_docs.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/templates.hpp>
#include <cicd/declare/targets.hpp>

namespace cicd::declaring {

/// What can be asked.
std::string index_page(const model* declared, const template_source& templates);

std::string function_page(const declaring_function& of);
/// Of `service.replicas`, or of several options that share their words.
std::string option_page(const std::vector<std::string>& keys);
std::string placeholders_page();
std::string placeholder_page(const placeholder_doc& of);
std::string labels_page();
std::string label_page(const label_doc& of);
std::string template_page(const pipeline_template& of);
std::string target_page(const target& of);
/// The options whose names or words mention it; empty where none does.
std::string mentions_page(std::string_view word);

/// The function of a name or kind; null where there is none.
const declaring_function* function_named(std::string_view subject);
/// The option of a key such as `service.replicas`; null where there is none.
const option* option_named(std::string_view key);
/// What holds where an option is not given, as its comment says it; empty where it says nothing.
std::string default_of(std::string_view key);
/// The keys of all options of a keyword, in any case and with `-` for `_`.
std::vector<std::string> keys_of_keyword(std::string_view keyword);

}  // namespace cicd::declaring
