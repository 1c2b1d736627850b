// A folder, or a zip that is packed anew, checked against CONFIG.
#pragma once

#include <cicd/engine/zip_step.hpp>

#include <map>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/declare/deploy_ways.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/deliver/serverless/config.hpp>
#include <cicd/image/function_zip.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_zip_step {
namespace {

/// What ZIP names, in the step's folder.
result<std::string> given_in(const task& work, const zip_function& of) {
  const auto place = place_below(work.folder, of.zip.str());
  if (!place) return place.error();
  if (*place && exists(**place)) return **place;
  error missing{exit_class::usage, {}, "ZIP is not there: no step before it makes it", of.zip.str(), {}};
  std::vector<std::string> there;
  if (const auto entries = list_tree(work.folder))
    for (const tree_entry& each : *entries)
      if (each.path.ends_with(".zip")) there.push_back(each.path);
  return std::move(missing)
      .with("did you mean", nearest(of.zip.view(), there).value_or(""))
      .with("allowed", "a zip or a folder among the OUTPUTS of a step that AFTER names, or of the sources")
      .with("try", "OUTPUTS " + of.zip.str() + " of the step that makes it");
}

/// A name that is the same in two environments is one function in AWS, which a deploy to one would change in
/// the other, past its gates.
status check_apart(const declared_pipeline& pipeline,
                   const serverless_config& config,
                   const std::vector<std::string>& functions,
                   const std::string& file) {
  std::map<std::pair<std::string, std::string>, std::string> taken;
  for (const environment* place : all_environments(pipeline.declared)) {
    if (!can(place->via, way_feature::functions) || !place->bucket) continue;
    const std::string stage = place->stage_name ? place->stage_name.str() : place->name.str();
    for (const std::string& each : functions) {
      const result<std::string> name = lambda_name_of(config, each, stage, file);
      if (!name) continue;  // which the deploy tells
      const auto [first, is_new] = taken.try_emplace({place->region.str(), *name}, place->name.str());
      if (!is_new && first->second != place->name.view())
        return error{exit_class::usage,
                     {},
                     fmt::format("{} is one function in AWS for {} and for {}", each, first->second,
                                 place->name.view()),
                     *name,
                     {{"in", file}}}
            .with("allowed",
                  "a name with ${sls:stage} and STAGE_NAMEs of their own, or environments in two regions");
    }
  }
  return {};
}

status check_config(const task& work, const zip_function& of, const std::vector<std::string>& files) {
  if (!of.config) return {};
  const result<std::string> text = read_below(work.folder, of.config.str());
  if (!text) return text.error();
  const result<serverless_config> config = serverless_config_from(*text, of.config.str());
  if (!config) return config.error();
  const std::vector<std::string> functions = names_in_config(of);
  status right = check_functions_in(*config, functions, of.config.str());
  if (right) right = check_apart(*work.step->pipeline, *config, functions, of.config.str());
  return right ? check_handlers_in(*config, functions, files, of.config.str()) : right;
}

result<packed_zip> packed(const task& work, unsigned threads, const cancellation& cancelled) {
  const zip_function& of = *work.step->declared_function();
  const std::string layout = work.folder + "/layout", scratch = work.folder + "/.cicd-zip";
  for (const std::string& own : {layout, scratch})
    if (status gone = remove_tree(own); !gone) return std::move(gone).error();
  const result<std::string> from = given_in(work, of);
  if (!from) return from.error();
  if (status made = make_folder(layout); !made) return std::move(made).error();
  const std::string to = layout + "/" + of.name.str() + ".zip";
  result<packed_zip> zip = is_folder(*from) ? pack_folder(*from, to, threads, &cancelled)
                                            : pack_again(*from, scratch, to, threads, &cancelled);
  if (!zip) return zip;
  if (status right = check_config(work, of, zip->names); !right) return std::move(right).error();
  return zip;
}

}  // namespace
}  // namespace engine_zip_step

outcome build_zip_step(const task& work, unsigned threads, const cancellation& cancelled) {
  outcome end;
  const result<packed_zip> zip = engine_zip_step::packed(work, threads, cancelled);
  if (!zip) {
    error why = zip.error();
    if (!why.subject.empty()) why = std::move(why).with("in", why.subject);  // `serverless.yml:7`
    end.failure = with_origin(std::move(why), *work.step->pipeline,
                              "zip_function." + work.step->declared_function()->name.str() + ".zip");
    end.failure->subject = work.step->id;
    return end;
  }
  end.how = step_outcome::ran;
  end.result.artifact = oci_text(zip->content);
  end.summary = fmt::format("sha256:{}, {}, {}", hex(zip->content).substr(0, 12), human_size(zip->size),
                            counted(zip->names.size(), "file"));
  return end;
}

}  // namespace cicd
