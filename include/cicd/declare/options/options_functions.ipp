// The functions that declare, each once, with their keywords.
#pragma once

#include <cicd/declare/options/options.hpp>

#include <vector>

#include <cicd/declare/options/fields.hpp>
#include <cicd/declare/options/kinds.hpp>

namespace cicd {

const std::vector<declaring_function>& declaring_functions() {
  static const std::vector<declaring_function> functions = [] {
    std::vector<declaring_function> made{
        {"add_pipeline",
         "pipeline",
         "<pipeline>",
         {},
         "A pipeline: all it takes for a service that follows its template."},
        {"add_pipelines",
         "pipelines",
         "SOURCE <file>",
         {},
         "Pipelines that a C++ file declares. The other functions may extend them."},
        {"pipeline_ci",
         "ci_export",
         "SYSTEMS <system>…",
         {},
         "What cicd export writes for the CI systems of the repository, once for the build tree."}};
    declaring::each_kind([&]<typename T>() {
      const auto& of = declaring::kind<T>;
      made.push_back({of.function, of.name, of.signature, {}, of.summary});
    });
    made.push_back(
        {"pipeline_scan",
         "scan",
         "<pipeline> <scan>",
         {},
         "A scan: a step of STAGE scan whose reports, by SARIF or FINDINGS, decide whether it fails. "
         "Its keywords are those of pipeline_step()."});
    made.push_back(
        {"pipeline_label",
         "label",
         "<pipeline> <key>=<value>",
         {},
         "Additional labels on every object and on the pods, as LABELS of add_pipeline(); several calls "
         "add up."});
    for (declaring_function& function : made)
      for (const declaring::option& option : declaring::options_of(function.kind))
        if (option.key != "name") function.keywords.push_back(option.keyword);
    return made;
  }();
  return functions;
}

}  // namespace cicd
