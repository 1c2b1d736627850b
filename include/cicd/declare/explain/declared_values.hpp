// Declared values for `cicd explain`: what each is, in each environment, and where it comes from.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cicd/declare/explain/page.hpp>
#include <cicd/declare/model.hpp>

namespace cicd::declaring {

/// A declared thing: which pipeline, and the rest of the subject behind its name.
struct declared_subject {
  const declared_pipeline* in = nullptr;
  std::string kind;  ///< `pipeline` or that of a part
  std::string name;  ///< of the part
  std::string key;   ///< of the option; empty for the whole
  std::string path() const {
    const std::string part = kind == "pipeline" ? std::string() : kind + "." + name;
    return part + (part.empty() || key.empty() ? "" : ".") + key;
  }
};

/// All declared things and their options, each with the name that a person asks for it by:
/// `orders.service.api.replicas`.
std::vector<std::pair<std::string, declared_subject>> declared_subjects(const model* declared);

/// The values of one, under that title.
explained declared_page(std::string_view title,
                        const declared_subject& subject,
                        std::string_view source_root);

/// A page for a name that stands in declared lists, such as a variable of ENV: what is given there, and
/// where. None where there is none.
std::vector<explained> variable_pages(std::string_view name, const model& declared);

}  // namespace cicd::declaring
