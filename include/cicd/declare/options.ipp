// The options as data: what belongs to one option alone, the declaring functions, and the lookup of their
// words.
#include <cicd/declare/options.hpp>

#include <algorithm>

#include <cicd/base/digest.hpp>

namespace cicd {

namespace declaring {
namespace {

using names = std::vector<std::string_view>;

/// Only what is known when the text is used, and never what changes with a commit where the text is part of a
/// key or of an image.
names placeholders_of(std::string_view kind, std::string_view key) {
  if (kind == "step" && (key == "command" || key == "env")) return {"pipeline", "source"};
  if (kind == "service" && key == "host") return {"pipeline", "environment", "slug"};
  if (kind == "service" && key == "env")
    return {"pipeline",     "environment", "branch", "slug", "commit",
            "commit_short", "version",     "host",   "image"};
  if (kind == "environment" && (key == "repository" || key == "path" || key == "context"))
    return {"pipeline", "environment"};
  return {};
}

/// `scratch`, a layout or root file system on disk, or a reference whose digest says which bytes are meant.
bool is_base(std::string_view text) {
  if (text == "scratch") return true;
  if (text.starts_with("oci:")) return text.size() > 4;
  if (text.starts_with("rootfs:")) return text.size() > 7;
  const auto at = text.find('@');
  return at != text.npos && at > 0 && text.substr(at).starts_with("@sha256:")
         && digest_from(text.substr(at + 1));
}

/// What CMake takes as a target's name, `::` of an imported one included.
bool is_target_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return detail::is_alnum_lower(c) || detail::is_upper(c)
           || std::string_view("_.+-:").find(c) != std::string_view::npos;
  });
}

}  // namespace

option specialised(std::string_view kind, option of) {
  of.placeholders = placeholders_of(kind, of.key);
  if (of.key == "base")
    of.allowed =
        "scratch, oci:<layout>[:<tag>], rootfs:<folder or tar>, or a reference that ends in @sha256:<64 "
        "digits>",
    of.accepts = is_base;
  if (of.key == "fail_on") of.allowed = "low, medium or high", of.choices = {"low", "medium", "high"};
  if (of.key == "depends") of.allowed = "names of CMake targets", of.accepts = is_target_name;
  if (of.key == "stage") of.choices = {"build", "test", "scan"};
  if (of.key == "via") of.choices = {"gitops", "render", "kubectl"};
  of.may_hold_empty = of.key == "command" || of.key == "entrypoint" || of.key == "arguments";
  return of;
}

const std::vector<option>& options_of(std::string_view kind) {
  static const std::vector<option> none;
  if (kind == "pipeline") return options_of<pipeline>();
  if (kind == "step") return options_of<step>();
  if (kind == "image") return options_of<image>();
  if (kind == "service") return options_of<service>();
  if (kind == "environment") return options_of<environment>();
  return none;
}

const std::vector<placeholder_doc>& placeholder_docs() {
  static const std::vector<placeholder_doc> docs{
      {"pipeline", "the pipeline's name"},
      {"source", "the absolute folder of the service's sources"},
      {"environment", "the environment's name"},
      {"branch", "the branch of the commit that first built the image"},
      {"slug", "that branch as a part of a host name"},
      {"commit", "the commit that first built the image, 40 digits"},
      {"commit_short", "its first seven digits"},
      {"version", "the version: the tag without its `v`, else what git describes"},
      {"host", "the service's host in that environment"},
      {"image", "the image that the service runs, as `<repository>:<tag>@<digest>`"}};
  return docs;
}

}  // namespace declaring

const std::vector<declaring_function>& declaring_functions() {
  static const std::vector<declaring_function> functions = [] {
    std::vector<declaring_function> made{
        {"add_pipeline",
         "pipeline",
         "<pipeline>",
         {},
         "A pipeline: all it takes for a service that follows its template."},
        {"pipeline_step",
         "step",
         "<pipeline> <step>",
         {},
         "One step of one's own, or other values for a template's. A call that gives COMMAND or SHELL "
         "replaces the template's step "
         "of that name, except for its STAGE; one that gives neither changes only what it names."},
        {"pipeline_image",
         "image",
         "<pipeline> [<image>]",
         {},
         "An OCI image. A call for the template's image changes only what it names; an image of another name "
         "is one more."},
        {"pipeline_service",
         "service",
         "<pipeline> <service>",
         {},
         "A long-running workload: Deployment, Service and Ingress. With IN, other values for some "
         "environments; ENV and SECRET_ENV "
         "are merged by name, everything else is replaced."},
        {"pipeline_environment",
         "environment",
         "<pipeline> <environment>",
         {},
         "A place that the services are deployed to."}};
    for (declaring_function& function : made)
      for (const declaring::option& option : declaring::options_of(function.kind))
        if (option.key != "name") function.keywords.push_back(option.keyword);
    return made;
  }();
  return functions;
}

const field_doc* find_field_doc(std::string_view key) {
  const auto docs = field_docs();
  const auto found =
      std::find_if(docs.begin(), docs.end(), [&](const field_doc& doc) { return doc.key == key; });
  return found == docs.end() ? nullptr : &*found;
}

}  // namespace cicd
