// A template.json, and what its calls turn into in a pipeline.
#include <cicd/base/digest.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/recorded_call.hpp>

#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(fuzz::text_of(bytes, size));
  const cicd::template_source source{
      [&](const std::string& name) { return name == "mine" ? std::optional(text) : std::nullopt; },
      [] { return std::vector<std::string>{"mine"}; }};
  cicd::recorded_calls calls;
  calls.tree = {.source_root = "/s", .build_root = "/b", .target_prefix = {}, .template_path = {}};
  calls.calls.push_back({.where = {.list_file = "/s/CMakeLists.txt", .function = "add_pipeline", .which = 1},
                         .directory = "/s",
                         .arguments = {"orders", "TEMPLATE", "mine"}});
  (void)cicd::model_of(calls, source);
  return 0;
}
