// The calls that stand around the example of an option.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

inline bool has(std::string_view words, std::string_view keyword) {
  return (" " + std::string(words) + " ").find(" " + std::string(keyword) + " ") != std::string::npos;
}

/// `words`, and before them each of `defaults` (a keyword and its value) that they do not give themselves.
inline std::string with_defaults(std::string_view words,
                                 std::initializer_list<std::pair<const char*, const char*>> defaults) {
  std::string text;
  for (const auto& [keyword, value] : defaults)
    if (!has(words, keyword)) text += std::string(keyword) + " " + value + " ";
  return text + std::string(words);
}

/// All that the words of a call may refer to, for pipelines with a template.
inline constexpr std::string_view surroundings =
    "add_pipeline(orders TEMPLATE java-maven)\npipeline_step(orders runtime COMMAND x)\n"
    "pipeline_environment(orders stage VIA kubectl)\npipeline_environment(orders prod VIA kubectl)\n"
    "pipeline_secret(npm-token PASS_ENV TOKEN)\npipeline_secret(orders release-key FILE /run/key)\n";

/// Beside `postgres` a service `redis`, of the form in which the option has a meaning.
inline std::string call_of_backing_service(std::string_view key, const std::string& words) {
  const std::string start =
      std::string(surroundings) + "pipeline_secret(orders licence-key PASS_ENV LICENCE)\n";
  if (key == "backing_service.name")
    return start + "pipeline_backing_service(orders " + words + " COMMAND x READY redis)\n";
  const bool is_image =
      key == "backing_service.port" || key == "backing_service.arguments" || has(words, "IMAGE");
  std::string form = is_image ? "" : has(words, "URL") ? "" : with_defaults(words, {{"COMMAND", "x"}});
  if (is_image) form = with_defaults(words, {{"IMAGE", "oci:images/x"}, {"PORT", "5432"}});
  if (form.empty()) form = words;
  return start + "pipeline_backing_service(orders postgres COMMAND x READY postgres)\npipeline_backing_service(orders redis "
         + (has(words, "READY") ? "" : "READY redis ") + form + ")\n";
}

/// Of what needs other options beside it; else empty.
inline std::string call_of_step(std::string_view key, const std::string& words) {
  if (key == "step.sarif" || key == "step.required" || key == "step.database_age" || key == "step.database")
    return "pipeline_step(orders own COMMAND x STAGE scan " + words
           + (key == "step.sarif" ? "" : " FINDINGS out.xml")
           + (key == "step.database" ? " DATABASE_AGE 7d" : "") + ")\n";
  if (key == "step.cache_shared")
    return "pipeline_step(orders own COMMAND x CACHE_DIRS ~/.npm " + words + ")\n";
  if (key == "step.as_file") return "pipeline_step(orders own COMMAND x SECRETS npm-token " + words + ")\n";
  if (key == "step.secret_output_values") return "pipeline_step(orders own COMMAND x ALWAYS " + words + ")\n";
  if (key == "step.output_values_in")
    return "pipeline_step(orders own COMMAND x OUTPUT_VALUES host " + words + ")\n";
  if (key == "step.secret_values")
    return "add_pipeline(database)\npipeline_step(database apply COMMAND x ALWAYS SECRET_OUTPUT_VALUES "
           "password)\n"
           "pipeline_step(orders own COMMAND x AFTER database/apply "
           + words + ")\n";
  if (key == "step.shards" || key == "step.shard_by" || key == "step.shard_below")
    return "pipeline_step(orders own COMMAND x {shard} "
           + with_defaults(words, {{"SHARDS", "2"}, {"SHARD_BY", "tests/**"}}) + ")\n";
  return {};
}

/// A value is one of those that ALLOWED names; IN stands beside the call that declares the setting.
inline std::string call_of_setting(std::string_view key, const std::string& words) {
  const std::string start(surroundings), region = "pipeline_setting(orders region ";
  if (key == "setting.name") return start + "pipeline_setting(orders " + words + ")\n";
  if (key == "setting.in" || key == "setting.value")
    return start + region + "ALLOWED us-east-1 sa-east-1 DEFAULT us-east-1)\n" + region + words + ")\n";
  return start + region + with_defaults(words, {{"ALLOWED", "us-east-1 sa-east-1"}}) + ")\n";
}

/// An option that is not a destination stands beside one.
inline std::string call_of_notifier(std::string_view key, const std::string& words) {
  const bool has_destination =
      has(words, "SLACK") || has(words, "WEBHOOK") || has(words, "COMMAND") || has(words, "STATUS");
  const char* to = has_destination ? ""
                   : key == "notifier.url" || key == "notifier.token"
                       ? "SLACK \"#deploys\" "
                       : "WEBHOOK https://hooks.example.com/x ";
  const bool needs_token = key != "notifier.token"
                           && (has(words, "SLACK") || has(words, "STATUS") || key == "notifier.url")
                           && !has(words, "TOKEN");
  return std::string(surroundings) + "pipeline_secret(orders slack PASS_ENV SLACK)\npipeline_notify(orders "
         + to + (needs_token ? "TOKEN secret:slack " : "") + words + ")\n";
}
