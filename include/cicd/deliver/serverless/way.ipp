// `VIA serverless`: functions get the code of a zip.
#pragma once

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/text.hpp>
#include <cicd/deliver/applied_way.hpp>
#include <cicd/deliver/publish.hpp>
#include <cicd/deliver/serverless/code.hpp>
#include <cicd/deliver/serverless/package.hpp>
#include <cicd/deliver/serverless/traits.hpp>
#include <cicd/deliver/ways.hpp>

namespace cicd {

namespace deliver_serverless_way {
namespace {

class serverless_way : public applied_way {
 public:
  using applied_way::applied_way;

  std::string address_of(const declared_pipeline& pipeline, const environment& place) const override {
    return place.bucket ? states_of(pipeline, place, nullptr).name() : folder_of(pipeline, place);
  }
  bool is_embedded(const environment& place) const override { return !place.bucket; }
  status check(const graph_step& step) const override;
  std::vector<note> where_it_is(const graph_step& step) const override;

 protected:
  result<std::map<std::string, std::string>> files_of(const deploy_request& of,
                                                      const release_draft& made) const override {
    return files_of_functions(of.pipeline(), of.place(), of.images, made.facts.files);
  }
  status bring(const permit& allowed, const application& what) const override;
  /// With PACKAGE also what of the first stage would be carried over.
  result<std::vector<std::string>> lines_of(const deploy_request& of,
                                            const manifest_state& now,
                                            const wanted_manifests& wanted) const override;
  /// A deploy that was recorded as under way for longer counts as ended. In the build tree none is waited
  /// for.
  std::chrono::minutes longest_deploy(const environment& place) const override {
    return std::chrono::minutes(!place.bucket || place.code_only ? 15 : 70);
  }
  std::string summary_of(const deploy_request& of) const override;
  state_history states_of(const declared_pipeline& pipeline,
                          const environment& place,
                          const cancellation* cancelled) const override;

 private:
  code_request request_for(const declared_pipeline& pipeline,
                           const environment& place,
                           const std::map<std::string, std::string>& files,
                           const std::string& subject,
                           const std::string& run,
                           say_line say,
                           const cancellation* cancelled) const;
  std::string folder_of(const declared_pipeline& pipeline, const environment& place) const {
    return in_.where.build_root + "/functions/" + place.name.str() + "/" + pipeline.declared.name.str();
  }
};

state_history serverless_way::states_of(const declared_pipeline& pipeline,
                                        const environment& place,
                                        const cancellation* cancelled) const {
  const std::string root = place.state    ? place.state.str() + "/"
                           : place.bucket ? "s3://" + place.bucket.str() + "/"
                                          : "bucket:";
  const object_place at =
      object_place_from(root + pipeline.declared.name.str() + "/state/" + place.name.str()).value();
  return {store_of(at, in_.where.bucket(), in_.around, cancelled), at.key};
}

/// What would be found out only when images are built and published.
status serverless_way::check(const graph_step& step) const {
  const environment& place = *step.place();
  if (!place.bucket || place.code_only || in_.options.rehearses) return {};
  const result<std::string> program = serverless_program(in_.around);
  if (program) return {};
  error failure = with_origin(program.error(), *step.pipeline, "environment." + place.name.str() + ".via");
  failure.subject = step.id;
  return failure;
}

result<std::vector<std::string>> serverless_way::lines_of(const deploy_request& of,
                                                          const manifest_state& now,
                                                          const wanted_manifests& wanted) const {
  result<std::vector<std::string>> lines = applied_way::lines_of(of, now, wanted);
  const environment& first = place_of_package(of.pipeline(), of.place());
  if (!lines || first.name == of.place().name) return lines;
  lines->push_back(fmt::format("! PACKAGE whole deploys the package of {}", first.name.view()));
  const auto carried = carried_by_package(request_for(of.pipeline(), of.place(), wanted.files, of.step.id,
                                                      in_.options.run_id, {}, &in_.options.cancelled));
  if (!carried) return carried.error();
  if (!*carried) {
    lines->push_back(fmt::format("! it is made with the deploy to {}", first.name.view()));
    return lines;
  }
  for (const std::string& each : **carried) lines->push_back("! carried over: " + each);
  return lines;
}

code_request serverless_way::request_for(const declared_pipeline& pipeline,
                                         const environment& place,
                                         const std::map<std::string, std::string>& files,
                                         const std::string& subject,
                                         const std::string& run,
                                         say_line say,
                                         const cancellation* cancelled) const {
  const std::string& name = pipeline.declared.name.str();
  return {.place = place,
          .packaged = place_of_package(pipeline, place),
          .pipeline = name,
          .subject = subject,
          .files = files,
          .bucket = in_.where.bucket(),
          .folder = folder_of(pipeline, place),
          .scratch = in_.where.own() + "/serverless/" + name + "/" + place.name.str() + "/" + run,
          .run = run,
          .around = in_.around,
          .time = in_.time,
          .cancelled = cancelled,
          .say = std::move(say)};
}

status serverless_way::bring(const permit& allowed, const application& what) const {
  return bring_code(allowed, request_for(what.pipeline, what.place, what.files, what.subject, what.record.id,
                                         what.say, what.cancelled));
}

std::string serverless_way::summary_of(const deploy_request& of) const {
  const std::size_t count = of.pipeline().declared.functions.size();
  return of.place().bucket
             ? fmt::format("{} in {}", counted(count, "zip"), of.place().region.view())
             : fmt::format("{} in {}", counted(count, "function"), folder_of(of.pipeline(), of.place()));
}

std::vector<note> serverless_way::where_it_is(const graph_step& step) const {
  const environment& place = *step.place();
  if (!place.bucket) return {{"functions", "ls " + shell_quoted(folder_of(*step.pipeline, place))}};
  return {{"functions", "aws lambda list-functions --region " + place.region.str()}};
}

const listed_way listed(serverless_traits, make_way<serverless_way>);

}  // namespace
}  // namespace deliver_serverless_way

}  // namespace cicd
