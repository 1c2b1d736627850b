// The checks of OUTPUT_VALUES, SECRET_OUTPUT_VALUES and SECRET_VALUES, and of the placeholders that name
// values.
#pragma once

#include <cicd/declare/check/checks.hpp>
#include <cicd/declare/placeholders.hpp>

#include <algorithm>
#include <map>

namespace cicd::declaring {

namespace declare_check_checks_values {
namespace {

bool has(const std::vector<value_name>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const value_name& each) { return each.view() == name; });
}

/// The texts of one step, against what the steps before it leave.
class named_values {
 public:
  named_values(const declaration<step>& of,
               std::string_view pipeline,
               std::span<const step_before> before,
               std::span<const step_before> all,
               findings& found)
      : of_(of), pipeline_(pipeline), before_(before), all_(all), found_(found) {}

  void check() {
    for (std::size_t at = 0; at < of_.value.command.size(); ++at)
      check_text("command", "COMMAND", of_.value.command[at].view(), at);
    for (std::size_t at = 0; at < of_.value.env.size(); ++at)
      check_text("env", "ENV", of_.value.env[at].value, at);
    for (std::size_t at = 0; at < of_.value.values.size(); ++at)
      check_text("values", "VALUES", of_.value.values[at].value, at);
    for (std::size_t at = 0; at < of_.value.secret_values.size(); ++at)
      check_secret_value(of_.value.secret_values[at].value, at);
  }

 private:
  void check_text(std::string_view key, std::string_view keyword, std::string_view text, std::size_t at) {
    if (text.find(".outputs.") == text.npos) return;
    for (const std::string& written : placeholders_in(text)) {
      const auto named = output_named_by(written);
      if (!named) continue;
      const step* from = step_of(*named, written, key, at);
      if (from != nullptr && has(from->secret_output_values, named->name))
        found_.add(word_at(of_, key, at), secret_output_in_text(keyword, written, named->name));
    }
  }

  void check_secret_value(std::string_view text, std::size_t at) {
    const std::vector<std::string> all = placeholders_in(text);
    const auto named = all.size() == 1 ? output_named_by(all.front()) : std::nullopt;
    if (!named || text != "{" + all.front() + "}")
      return found_.add(word_at(of_, "secret_values", at), no_secret_output(text, false));
    const step* from = step_of(*named, all.front(), "secret_values", at);
    if (from != nullptr && !has(from->secret_output_values, named->name))
      found_.add(word_at(of_, "secret_values", at), no_secret_output(text, true));
  }

  /// The step that leaves it; none, and a remark, where no step before does.
  const step* step_of(const named_output& named,
                      std::string_view written,
                      std::string_view key,
                      std::size_t at) {
    std::vector<const step*> by;
    std::vector<std::string> names, words;
    for (const step_before& each : before_) {
      const bool is_own = each.pipeline == pipeline_;
      const std::string word = is_own ? each.command->name.str() : std::string(each.pipeline);
      for (const auto* list : {&each.command->output_values, &each.command->secret_output_values})
        for (const value_name& name : *list) {
          words.push_back(word + ".outputs." + name.str());
          if (word != named.by) continue;
          names.push_back(name.str());
          if (name.view() == named.name) by.push_back(each.command);
        }
    }
    if (by.size() == 1) return by.front();
    if (by.size() > 1)
      found_.add(word_at(of_, key, at),
                 output_of_two_steps(named.name, by[0]->name.view(), by[1]->name.view()));
    else if (!names.empty())
      found_.add(word_at(of_, key, at), no_such_output(written, named.by, names));
    else
      found_.add(word_at(of_, key, at), output_not_before(written, words, left_by(named)));
    return nullptr;
  }

  /// What AFTER calls the step that leaves it and does not come before; empty where there is none.
  std::string left_by(const named_output& named) const {
    for (const step_before& each : all_) {
      const bool is_own = each.pipeline == pipeline_;
      const bool is_it = (is_own ? each.command->name.view() : each.pipeline) == named.by
                         && (has(each.command->output_values, named.name)
                             || has(each.command->secret_output_values, named.name));
      if (is_it)
        return (is_own ? std::string() : std::string(each.pipeline) + "/") + each.command->name.str();
    }
    return {};
  }

  const declaration<step>& of_;
  std::string_view pipeline_;
  std::span<const step_before> before_, all_;
  findings& found_;
};

/// What the step itself leaves.
void check_left(const declaration<step>& of, findings& found) {
  if (of.at("output_values_in") && !of.value.leaves_values())
    found.add(of.at("output_values_in"), missing_counterpart("OUTPUT_VALUES_IN", "OUTPUT_VALUES"));
  if (!of.value.secret_output_values.empty() && !of.value.always && !of.site->unclear)
    found.add(of.at("secret_output_values"), missing_counterpart("SECRET_OUTPUT_VALUES", "ALWAYS"));
  for (std::size_t at = 0; at < of.value.secret_output_values.size(); ++at)
    if (const value_name& name = of.value.secret_output_values[at]; has(of.value.output_values, name.view()))
      found.add(word_at(of, "secret_output_values", at), secret_and_plain_output(name.view()));
}

}  // namespace
}  // namespace declare_check_checks_values

void check_values(const declaration<step>& of,
                  std::string_view pipeline,
                  std::span<const step_before> before,
                  std::span<const step_before> all,
                  findings& found) {
  declare_check_checks_values::check_left(of, found);
  declare_check_checks_values::named_values(of, pipeline, before, all, found).check();
}

}  // namespace cicd::declaring
