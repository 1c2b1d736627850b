// A folder, or a zip that is packed anew, checked against CONFIG.
#pragma once

#include <cicd/engine/zip_step.hpp>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
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

status check_config(const task& work, const zip_function& of, const std::vector<std::string>& files) {
  if (!of.config) return {};
  const result<std::string> text = read_below(work.folder, of.config.str());
  if (!text) return text.error();
  const result<serverless_config> config = serverless_config_from(*text, of.config.str());
  if (!config) return config.error();
  const std::vector<std::string> functions = names_in_config(of);
  status right = check_functions_in(*config, functions, of.config.str());
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
    end.failure = with_origin(zip.error(), *work.step->pipeline,
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
