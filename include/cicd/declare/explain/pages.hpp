// The pages of `cicd explain`, one a function. It does not know which page a word means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/explain/label_docs.hpp>
#include <cicd/declare/explain/page.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/options/options.hpp>
#include <cicd/declare/parse/templates.hpp>

namespace cicd::declaring {

/// What can be asked.
std::string index_page(const model* declared, const template_source& templates);

explained function_page(const declaring_function& of);
/// Of `service.replicas`, or of several options that share their words.
explained option_page(const std::vector<std::string>& keys);
explained placeholders_page();
explained placeholder_page(const placeholder_doc& of);
explained labels_page();
explained label_page(const label_doc& of);
explained template_page(const pipeline_template& of);
/// The options whose names or words mention it; no text where none does.
explained mentions_page(std::string_view word);

/// The function of a name or kind; null where there is none.
const declaring_function* function_named(std::string_view subject);
/// The option of a key such as `service.replicas`; null where there is none.
const option* option_named(std::string_view key);
/// What an option does, up to the end of the first sentence.
std::string first_sentence(std::string_view text);
/// What holds where an option is not given, as its comment says it; empty where it says nothing.
std::string default_of(std::string_view key);
/// The keys of all options of a keyword, in any case and with `-` for `_`.
std::vector<std::string> keys_of_keyword(std::string_view keyword);

}  // namespace cicd::declaring
