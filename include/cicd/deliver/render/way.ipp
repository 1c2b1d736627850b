// `VIA render`: manifests are written to a folder.
#pragma once

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/manifest_home.hpp>
#include <cicd/deliver/manifest_way.hpp>
#include <cicd/deliver/render/render_folder.hpp>
#include <cicd/deliver/render/traits.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_render_way {
namespace {

class render_way : public manifest_way {
 public:
  using manifest_way::manifest_way;

  std::string address_of(const declared_pipeline& pipeline, const environment& place) const override {
    return folder_in_build_tree(in_.where, pipeline, place);
  }
  bool is_embedded(const environment&) const override { return true; }
  result<std::vector<deployment_record>> history_of(const declared_pipeline& pipeline,
                                                    const environment& place,
                                                    std::size_t most) const override {
    return folder_history(address_of(pipeline, place), most);
  }

  std::vector<open_home> homes_of(const declared_pipeline& pipeline,
                                  const environment& place,
                                  const cancellation* cancelled) const override {
    const std::string folder = address_of(pipeline, place);
    return {[folder, cancelled]() -> result<std::unique_ptr<environment_home>> {
      return folder_home(folder, cancelled);
    }};
  }

  outcome apply(const deploy_request& of, const say_line&) override {
    const std::string folder = address_of(of.pipeline(), of.place());
    written_manifests what;
    result<bool> written = write_folder(folder, decision_for(of, what), &in_.options.cancelled);
    if (!written) return failed_outcome(std::move(written).error());
    outcome end;
    end.how = step_outcome::ran;
    end.summary = fmt::format("{} in {}", counted(what.files, "manifest"), folder);
    if (*written) end.deployments.push_back(told_of(of, what.record));
    return end;
  }
  std::vector<note> where_it_is(const graph_step& step) const override {
    return {{"manifests",
             "kubectl apply --dry-run=client -f " + shell_quoted(address_of(*step.pipeline, *step.place()))}};
  }

 protected:
  result<manifest_state> read(const declared_pipeline& pipeline,
                              const environment& place,
                              const cancellation*) const override {
    return read_folder(address_of(pipeline, place));
  }
};

const listed_way listed(render_traits, make_way<render_way>);

}  // namespace
}  // namespace deliver_render_way

}  // namespace cicd
