// The words of every error of a declaration, one function each. They know what is wrong, not how it was
// found.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/findings.hpp>
#include <cicd/declare/options.hpp>

namespace cicd::declaring {

// Words of a call.
remark missing_name(const declaring_function& of);
remark unknown_keyword(std::string_view word,
                       const std::vector<option>& options,
                       std::string_view function,
                       bool in_list);
remark value_without_keyword(std::string_view word,
                             const std::vector<option>& options,
                             std::string_view function);
remark repeated_keyword(const option& of);
remark missing_value(const option& of);
remark value_of_a_flag(const option& of, std::string_view value);
remark several_values(const option& of, std::string_view further);

// Values.
remark empty_value(const option& of);
remark wrong_value(const option& of, std::string_view value, std::string did_you_mean);
remark repeated_value(const option& of, std::string_view value);
remark generator_expression(const option& of);
remark unknown_placeholder(const option& of, std::string_view name);

// What belongs together.
remark missing_option(std::string_view keyword, std::string_view allowed, std::string help);
remark excluded_option(std::string_view keyword, std::string_view by);
remark meaningless_option(std::string_view keyword, std::string_view why, std::string help);
remark missing_counterpart(std::string_view keyword, std::string_view needs);
remark empty_image();
remark image_without_base();

// Names and references.
/// `what` is a noun: `step`, `environment`.
remark unknown_reference(std::string_view keyword,
                         std::string_view what,
                         std::string_view name,
                         std::span<const std::string> candidates);
remark declared_twice(std::string_view what, std::string_view name, std::string_view first_at);
remark same_place_twice(std::string_view what, std::string_view where, std::string_view first_at);
remark reserved_name(std::string_view name);
remark cycle(std::span<const std::string> path);
remark undeclared_service(std::string_view name, std::string_view pipeline);
remark ambiguous_image(std::span<const std::string> images);
remark empty_pipeline();
remark wrong_prefix(std::string_view prefix);

}  // namespace cicd::declaring
