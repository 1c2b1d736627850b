// UpdateFunctionCode and the Serverless Framework's program.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include <cicd/base/counted.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/declare/made_names.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/serverless/code.hpp>
#include <cicd/deliver/serverless/config.hpp>
#include <cicd/deliver/serverless/package.hpp>
#include <cicd/image/archive_items.hpp>
#include <cicd/image/function_zip.hpp>
#include <cicd/image/object_store.hpp>
#include <cicd/image/zip_registry.hpp>
#include <cicd/system/aws.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/run_tree_to_end.hpp>

namespace cicd {

namespace deliver_serverless_code {
namespace {

constexpr std::string_view suffix = ".function.json";
constexpr std::chrono::seconds longest_update{300};
constexpr std::time_t left_after = 2 * 60 * 60;

/// What one of the files says.
struct function_code {
  std::string name;  ///< of pipeline_function()
  std::string zip;   ///< `s3://…/<64 digits>.zip`
  digest content;
  std::vector<std::string> in_aws;
};

std::string code_sha256(const digest& of) {
  return base64(std::string_view(reinterpret_cast<const char*>(of.bytes.data()), of.bytes.size()));
}

/// Beside CONFIG, by its digest: another zip is another text.
std::string file_of_zip(const std::string& name, const digest& of) {
  return name + "-" + hex(of).substr(0, 12) + ".zip";
}

/// The names in AWS of a function without CONFIG.
std::vector<std::string> given_names(const declared_pipeline& pipeline,
                                     const environment& place,
                                     const zip_function& of) {
  const placeholder_values values{{"pipeline", pipeline.declared.name.str()},
                                  {"environment", place.name.str()},
                                  {"stage", stage_of(place)}};
  std::vector<std::string> names;
  for (const text& each : of.functions) names.push_back(with_placeholders(each.view(), values));
  if (names.empty())
    names.push_back(fmt::format("{}-{}-{}", pipeline.declared.name.view(), stage_of(place), of.name.view()));
  return names;
}

result<std::vector<std::string>> names_in_aws(const declared_pipeline& pipeline,
                                              const environment& place,
                                              const zip_function& of,
                                              const file_map& config_files) {
  if (!of.config) return given_names(pipeline, place, of);
  const std::string file = of.config.str();
  const auto text = config_files.find(file);
  if (text == config_files.end())
    return error{exit_class::conflict,
                 pipeline.declared.name.str(),
                 "the artifact has no file that CONFIG names",
                 file,
                 {{"try", "deploy a commit that was published with it"}}};
  const result<serverless_config> config = serverless_config_from(text->second, file);
  if (!config) return config.error();
  if (status right = check_functions_in(*config, names_in_config(of), file); !right)
    return std::move(right).error();
  std::vector<std::string> names;
  for (const std::string& each : names_in_config(of)) {
    result<std::string> name = lambda_name_of(*config, each, stage_of(place), file);
    if (!name) return std::move(name).error();
    names.push_back(*std::move(name));
  }
  return names;
}

/// For a function without a zip `serverless` would pack the source folder: code that no step has tested.
status check_all_have_code(const std::string& text,
                           const std::map<std::string, std::string>& artifact_of,
                           const std::string& file) {
  const result<serverless_config> config = serverless_config_from(text, file);
  if (!config) return config.error();
  for (const auto& [name, each] : config->functions)
    if (!artifact_of.contains(name))
      return error{exit_class::usage, {}, "CONFIG has a function without code", name, {{"in", file}}}.with(
          "try", fmt::format("add {} to FUNCTIONS of the pipeline_function() whose code it runs", name));
  return {};
}

result<std::vector<function_code>> codes_in(const file_map& files) {
  std::vector<function_code> all;
  for (const auto& [name, text] : files) {
    if (!name.ends_with(suffix)) continue;
    const result<json> from = parse_json(text);
    const auto content = from ? digest_from((*from)["digest"].text()) : std::nullopt;
    if (!content || (*from)["zip"].text().empty())
      return error{exit_class::corrupt, {}, "what is kept of a function cannot be read", name, {}};
    all.push_back(
        {(*from)["function"].text(), (*from)["zip"].text(), *content, (*from)["functions"].texts()});
  }
  return all;
}

/// The bytes of a zip, which are those of its digest.
result<std::string> zip_of(const function_code& of, const code_request& in) {
  const std::optional<object_place> at = object_place_from(of.zip);
  if (!at) return error{exit_class::corrupt, in.subject, "this is not a place of a zip", of.zip, {}};
  const auto bytes = store_of(*at, in.bucket, in.around, in.cancelled)->get(at->key);
  if (!bytes) return bytes.error();
  if (!*bytes)
    return error{exit_class::remote,
                 in.subject,
                 "the zip is missing",
                 of.zip,
                 {{"caused by", "it was deleted from the bucket after it was published"},
                  {"try", "deploy another commit, or publish it anew"}}};
  if (const digest found = sha256(**bytes); found != of.content)
    return error{exit_class::corrupt,
                 in.subject,
                 "the zip in the bucket is another than was published",
                 of.zip,
                 {{"expected", oci_text(of.content)}, {"found", oci_text(found)}}};
  return **std::move(bytes);
}

// --- Without AWS ---

/// Unpacked beside, then put in place.
status unpack(const std::vector<function_code>& all, const code_request& in) {
  for (const function_code& each : all) {
    const result<std::string> bytes = zip_of(each, in);
    if (!bytes) return bytes.error();
    const std::string zip = in.scratch + "/" + each.name + ".zip", made = in.scratch + "/" + each.name,
                      to = in.folder + "/" + each.name;
    if (status written = write_file(zip, *bytes, durability::fast); !written) return written;
    if (status unpacked =
            unpack_zip(zip, function_limit, [&](const std::string& name) { return made + "/" + name; });
        !unpacked)
      return unpacked;
    if (status ready = make_folder(in.folder); !ready) return ready;
    if (status gone = remove_tree(to); !gone) return gone;
    if (status moved = rename_over(made, to); !moved) return moved;
  }
  return {};
}

// --- Lambda ---

class lambda {
 public:
  explicit lambda(const code_request& in)
      : in_(in),
        client_(in.around, in.cancelled, in.time),
        service_(aws_service_of("lambda", in.place.region.str(), in.around)) {}

  struct seen {
    std::string code, state, reason;
  };

  result<seen> look(const std::string& name) {
    const auto answer = client_.send({.path = path_of(name) + "/configuration"}, service_);
    if (!answer) return with_subject(answer.error());
    if (answer->status != 200) return refused("look at", name, *answer);
    const json said = parse_json(answer->body).value_or(json());
    return seen{said["CodeSha256"].text(), said["LastUpdateStatus"].text(),
                said["LastUpdateStatusReason"].text()};
  }

  /// Where another update is on its way it waits for its end.
  status update(const std::string& name, const object_place& zip) {
    const std::string body =
        compact(json().set("S3Bucket", zip.bucket).set("S3Key", zip.key).set("Publish", false));
    const auto end = in_.time.elapsed() + longest_update;
    while (true) {
      const auto answer = client_.send({.method = "PUT",
                                        .path = path_of(name) + "/code",
                                        .headers = {{"content-type", "application/json"}},
                                        .body = body},
                                       service_);
      if (!answer) return with_subject(answer.error());
      if (answer->status == 200) return {};
      if (answer->status != 409 || in_.time.elapsed() > end) return refused("update", name, *answer);
      if (!in_.time.wait(std::chrono::seconds(1), in_.cancelled)) return interrupted();
    }
  }

  /// Waits until AWS is done with it.
  status check(const std::string& name, const digest& wanted) {
    const auto end = in_.time.elapsed() + longest_update;
    while (true) {
      const result<seen> there = look(name);
      if (!there) return there.error();
      const bool is_over = there->state != "InProgress";
      if (is_over && there->state == "Failed")
        return error{exit_class::remote, in_.subject, "AWS could not update the function", name, {}}.with(
            "caused by", displayable(there->reason));
      if (is_over && there->code == code_sha256(wanted)) return {};
      if (is_over)
        return error{exit_class::remote,
                     in_.subject,
                     "the function has other code than was deployed",
                     name,
                     {{"expected", code_sha256(wanted)},
                      {"found", displayable(there->code)},
                      {"likely", "another tool deployed it at the same moment, or it was not updated"}}};
      if (in_.time.elapsed() > end)
        return error{exit_class::remote, in_.subject, "AWS did not update the function in time", name, {}}
            .with("caused by", "its update was in progress for 5m");
      if (!in_.time.wait(std::chrono::milliseconds(500), in_.cancelled)) return interrupted();
    }
  }

 private:
  static std::string path_of(const std::string& name) { return "/2015-03-31/functions/" + name; }
  error with_subject(error of) const {
    if (of.subject.empty()) of.subject = in_.subject;
    return of;
  }
  error interrupted() const { return error{exit_class::interrupted, in_.subject, "interrupted", {}, {}}; }

  error refused(const char* what, const std::string& name, const http_response& answer) const {
    const json said = parse_json(answer.body).value_or(json());
    const std::string why = said["message"].text().empty() ? said["Message"].text() : said["message"].text();
    error failure{
        exit_class::remote, in_.subject, fmt::format("cannot {} the function in AWS", what), name, {}};
    if (answer.status == 404) {
      failure.what = fmt::format("there is no such function in {}", in_.place.region.view());
      return std::move(failure)
          .with("allowed", "the function of CONFIG in its stage, or FUNCTIONS of pipeline_function()")
          .with("caused by", displayable(why))
          .with("try", in_.place.code_only ? "deploy it once without CODE_ONLY, or by what makes it"
                                           : "aws lambda list-functions --region " + in_.place.region.str());
    }
    if (answer.status == 403)
      failure = std::move(failure).with("allowed",
                                        "a login with lambda:GetFunctionConfiguration and "
                                        "lambda:UpdateFunctionCode");
    failure = std::move(failure).with("caused by", displayable(fmt::format("{} {}", answer.status, why)));
    return answer.status == 403 ? std::move(failure).with("try", "aws sts get-caller-identity") : failure;
  }

  const code_request& in_;
  aws_client client_;
  const aws_service service_;
};

/// All zips and all functions are there before the first is changed.
status update_all(const std::vector<function_code>& all, const code_request& in) {
  lambda with(in);
  std::vector<std::string> done;
  for (const function_code& each : all) {
    if (const result<std::string> bytes = zip_of(each, in); !bytes) return bytes.error();
    for (const std::string& name : each.in_aws)
      if (const auto there = with.look(name); !there) return there.error();
  }
  for (const function_code& each : all)
    for (const std::string& name : each.in_aws) {
      if (in.say) in.say("updates " + name);
      status made = with.update(name, *object_place_from(each.zip));
      if (made) made = with.check(name, each.content);
      if (!made) return std::move(made).error().with("done", joined(done, ", "));
      done.push_back(name);
    }
  return {};
}

// --- The Serverless Framework ---

/// What it says last, without what is empty.
std::string last_words(const captured& ran) {
  std::vector<std::string> lines;
  for (const std::string& line : split(ran.out + "\n" + ran.err, '\n'))
    if (!trimmed(line).empty()) lines.emplace_back(trimmed(line));
  const std::size_t first = lines.size() > 8 ? lines.size() - 8 : 0;
  return displayable(joined(std::span(lines).subspan(first), " / "));
}

/// It runs plugins that CONFIG names: beside what commands of a team get, its own logins alone.
std::vector<std::string> variables_of_program(const surroundings& around) {
  const surroundings shown = around.for_commands();
  std::vector<std::string> lines = shown.lines();
  for (const auto& [name, value] : around.all())
    if ((name.starts_with("AWS_") || name.starts_with("SERVERLESS_")) && !shown.get(name))
      lines.push_back(name + '=' + value);
  return lines;
}

/// `package --package DIR` or `deploy [--package DIR]`, with the CONFIG of the scratch folder.
status run_serverless(const std::string& program,
                      const std::string& what,
                      const std::string& config,
                      const std::string& package,
                      const code_request& in) {
  const auto slash = config.rfind('/');
  const std::string folder = slash == config.npos ? in.scratch : in.scratch + "/" + config.substr(0, slash);
  std::vector<std::string> words{program,    what,
                                 "--stage",  stage_of(in.place),
                                 "--region", in.place.region.str(),
                                 "--config", slash == config.npos ? config : config.substr(slash + 1)};
  if (!package.empty()) words.insert(words.end(), {"--package", package});
  if (in.say)
    in.say(fmt::format("{} {} {}", program.substr(program.rfind('/') + 1),
                       what == "deploy" ? "deploys" : "packages", config));
  std::vector<std::string> variables = variables_of_program(in.around);
  for (const char* each :
       {"SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "SLS_INTERACTIVE_SETUP_ENABLE="})
    variables.emplace_back(each);
  variables.push_back("CICD_RUN=" + in.run);
  capture_options how;
  how.limit = std::chrono::minutes(60);
  how.cancelled = in.cancelled;
  const captured ran =
      masked(run_tree_to_end({.words = words, .directory = folder, .environment = std::move(variables)}, how),
             in.masked);
  if (in.cancelled != nullptr && in.cancelled->cancelled())
    return error{exit_class::interrupted, in.subject, "interrupted", {}, {}};
  if (ran.end.good()) return {};
  return error{exit_class::remote,
               in.subject,
               fmt::format("{} did not {}: exit status {}", program.substr(program.rfind('/') + 1), what,
                           ran.end.shell_status()),
               config,
               {{"caused by", last_words(ran)}}};
}

// --- PACKAGE whole ---

/// The package of the first stage; only there it is made, and once.
status bring_package(const std::string& program,
                     const std::vector<std::string>& configs,
                     const std::string& folder,
                     const code_request& in) {
  result<std::optional<std::string>> kept = stored_package(in);
  if (!kept) return kept.error();
  if (!*kept) {
    if (in.packaged.name != in.place.name) return no_package(in);
    for (const std::string& each : configs)
      if (status ran = run_serverless(program, "package", each, folder + "/" + folder_of_config(each), in);
          !ran)
        return ran;
    kept = kept_package(folder, in);
    if (!kept) return kept.error();
    if (!*kept) return no_package(in);
  }
  if (status unpacked = unpack_package(**kept, folder, in); !unpacked) return unpacked;
  const auto carried = carried_by_package(in);
  if (!carried) return carried.error();
  if (*carried && in.say)
    for (const std::string& each : **carried) in.say("carried over: " + each);
  return {};
}

status deploy_configs(const std::vector<function_code>& all, const code_request& in) {
  const result<std::string> program = serverless_program(in.around);
  if (!program) return program.error();
  std::vector<std::string> configs;
  for (const auto& [name, text] : in.files) {
    if (name.ends_with(suffix)) continue;
    configs.push_back(name);
    const std::string to = in.scratch + "/" + name, folder = to.substr(0, to.rfind('/'));
    if (status made = make_folder(folder); !made) return made;
    if (status written = write_file(to, text, durability::fast); !written) return written;
    for (const function_code& each : all) {
      const std::string file = file_of_zip(each.name, each.content);
      if (text.find(file) == text.npos) continue;
      const result<std::string> bytes = zip_of(each, in);
      if (!bytes) return bytes.error();
      if (status written = write_file(folder + "/" + file, *bytes, durability::fast); !written)
        return written;
    }
  }
  const bool is_whole = in.place.package == package_rule::whole;
  const std::string package = is_whole ? in.scratch + "/.package" : std::string();
  if (is_whole)
    if (status there = bring_package(*program, configs, package, in); !there) return there;
  for (const std::string& each : configs)
    if (status ran = run_serverless(*program, "deploy", each,
                                    is_whole ? package + "/" + folder_of_config(each) : "", in);
        !ran)
      return ran;
  lambda with(in);
  for (const function_code& each : all)
    for (const std::string& name : each.in_aws)
      if (status same = with.check(name, each.content); !same) return same;
  return {};
}

/// What a deploy that was killed left beside the folder of this one; none takes as long.
void sweep_beside(const std::string& scratch) {
  const std::string folder = scratch.substr(0, scratch.rfind('/'));
  const auto entries = list_tree(folder, [](const std::string&) { return false; });
  if (!entries) return;
  for (const tree_entry& each : *entries) {
    const std::string left = folder + "/" + each.path;
    struct stat now {};
    if (::stat(left.c_str(), &now) == 0 && now.st_mtime + left_after < std::time(nullptr))
      (void)remove_tree(left);
  }
}

}  // namespace
}  // namespace deliver_serverless_code

std::string stage_of(const environment& place) {
  return place.stage_name ? place.stage_name.str() : place.name.str();
}

bool is_config(std::string_view file) {
  return !file.ends_with(deliver_serverless_code::suffix);
}

result<std::string> serverless_program(const surroundings& around) {
  for (const char* name : {"serverless", "osls"})
    if (auto found = find_program(name, around.get_or("PATH", ""), "/")) return *std::move(found);
  return error{exit_class::usage, {}, "the program that deploys CONFIG is not there", "serverless", {}}
      .with("allowed", "serverless 3 or 4, or osls, on PATH; with CODE_ONLY none is needed")
      .with("try", "npm install --global serverless@3");
}

result<file_map> files_of_functions(const declared_pipeline& pipeline,
                                    const environment& place,
                                    const std::vector<wanted_image>& zips,
                                    const file_map& config_files) {
  using namespace deliver_serverless_code;
  file_map files;
  std::map<std::string, std::map<std::string, std::string>> artifacts;  // by CONFIG
  const environment& packaged = place_of_package(pipeline, place);
  for (const zip_function& each : pipeline.declared.functions) {
    const std::string& name = each.name.str();
    const auto zip = std::ranges::find(zips, name, &wanted_image::name);
    if (zip == zips.end()) continue;
    json says;
    says.set("function", name).set("zip", zip_in(zip->repository, zip->manifest));
    says.set("digest", oci_text(zip->manifest));
    if (place.bucket) {
      const auto names = names_in_aws(pipeline, packaged, each, config_files);
      if (!names) return with_origin(names.error(), pipeline, "zip_function." + name + ".config");
      says.set("functions", json_texts(*names));
      if (each.config && !place.code_only)
        for (const std::string& in_config : names_in_config(each))
          artifacts[each.config.str()][in_config] = file_of_zip(name, zip->manifest);
    }
    files[name + std::string(suffix)] = pretty(says);
  }
  for (const auto& [config, artifact_of] : artifacts) {
    if (status all = check_all_have_code(config_files.at(config), artifact_of, config); !all)
      return std::move(all).error();
    result<std::string> text = with_artifacts(config_files.at(config), artifact_of, config);
    if (!text) return std::move(text).error();
    files[config] = *std::move(text);
  }
  return files;
}

status bring_code(const permit&, const code_request& what) {
  using namespace deliver_serverless_code;
  const result<std::vector<function_code>> all = codes_in(what.files);
  if (!all) return all.error();
  sweep_beside(what.scratch);
  if (status made = make_folder(what.scratch); !made) return made;
  status done = !what.place.bucket     ? unpack(*all, what)
                : what.place.code_only ? update_all(*all, what)
                                       : deploy_configs(*all, what);
  const status gone = remove_tree(what.scratch);
  if (!done) {
    error failure = std::move(done).error();
    if (failure.subject.empty()) failure.subject = what.subject;
    return failure;
  }
  return gone;
}

}  // namespace cicd
