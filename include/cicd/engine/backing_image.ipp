// An image is unpacked by umoci into the service's folder, where runc runs it in namespaces of its own, with
// the capabilities that Docker gives. Its network has nothing but a loopback address.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/engine/backing_image.hpp>
#include <cicd/engine/image_step.hpp>
#include <cicd/image/base_image.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/layer_store.hpp>
#include <cicd/image/oci_layout.hpp>
#include <cicd/system/contained.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace engine_backing_image {
namespace {

/// A layout with the image, and its tag there.
struct found_image {
  std::string layout, tag{};
  json config{};  ///< of the image: Entrypoint, Cmd
};

error no_runtime(std::string what, const std::string& value, std::string help) {
  return error{exit_class::usage, {}, std::move(what), value, {}}
      .with("allowed", "runc with umoci, where cicd is run by root")
      .with("try", std::move(help) + "; a program of this machine works everywhere: COMMAND");
}

result<std::string> program(const std::string& name, const surroundings& around) {
  const auto found = find_program(name, around.get_or("PATH", ""), "/");
  if (found) return *found;
  return no_runtime("IMAGE needs a program that is not here", name, install_hint(name));
}

/// Where its layers lie, fetched where it is in a registry.
result<found_image> image_of(const backing_service& declared,
                             const std::string& source,
                             const session& in,
                             const cancellation& cancelled) {
  image_recipe recipe;
  recipe.base = declared.image.str();
  recipe.directory = source;
  recipe.environment = in.around.all();
  const layer_cache kept = layers_of(in.where, [](const std::string&) {});
  const layer_store store(kept.folder, kept.trusted);
  const result<base_image> made =
      base_image_of(recipe, architecture_of_this_machine(), {.store = store, .cancelled = &cancelled});
  if (!made) return made.error();
  if (made->blobs.empty())
    return error{exit_class::usage, {}, "the image has no layers", declared.image.str(), {}};
  const std::string blob = made->blobs.front();
  found_image found{.layout = blob.substr(0, blob.rfind("/blobs/")), .config = made->config["config"]};
  const std::string image = declared.image.str();
  if (const auto colon = image.rfind(':'); image.starts_with("oci:") && colon > 3)
    found.tag = image.substr(colon + 1);
  if (found.tag.empty()) {
    const auto index = oci_layout(found.layout).index();
    if (!index) return index.error();
    if (*index && !(*index)->empty()) found.tag = (*index)->front().tag;
  }
  if (found.tag.empty())
    return error{exit_class::usage, {}, "the image has no tag in its layout", found.layout, {}}.with(
        "try", "skopeo copy oci:<layout> oci:<other>:latest");
  return found;
}

json texts(std::initializer_list<const char*> all) {
  return json_texts({all.begin(), all.end()});
}

/// The configuration that umoci made of the image's, for a service of ours.
status configure(const std::string& file, const service_start& of, const found_image& from) {
  const result<std::string> text = read_file(file);
  if (!text) return text.error();
  result<json> config = parse_json(*text);
  if (!config) return std::move(config).error();
  json process = (*config)["process"];
  if (!of.what.words.empty()) {
    std::vector<std::string> words = from.config["Entrypoint"].texts();
    words.insert(words.end(), of.what.words.begin(), of.what.words.end());
    process.set("args", json_texts(words));
  }
  std::vector<std::string> variables = process["env"].texts();
  for (const std::string& each : of.what.environment) {
    const std::string name = each.substr(0, each.find('=') + 1);
    std::erase_if(variables, [&](const std::string& other) { return other.starts_with(name); });
    variables.push_back(each);
  }
  process.set("env", json_texts(variables)).set("terminal", false).set("noNewPrivileges", false);
  const json rights = texts({"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_NET_RAW",
                             "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE",
                             "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"});
  process.set("capabilities", members_of("bounding", rights, "effective", rights, "permitted", rights,
                                         "inheritable", json::array{}, "ambient", json::array{}));
  json root = (*config)["root"];
  root.set("readonly", false);
  json platform;
  for (const auto& [name, value] : (*config)["linux"].members())
    if (name != "resources") platform.set(name, value);
  config->set("process", process).set("root", root).set("linux", platform);
  return write_file(file, compact(*config), durability::fast, 0600);
}

}  // namespace
}  // namespace engine_backing_image

status contain_service(service_start& of,
                       const backing_service& declared,
                       const session& in,
                       const cancellation& cancelled) {
  namespace self = engine_backing_image;
  if (geteuid() != 0)
    return self::no_runtime("IMAGE is run by root alone", declared.image.str(),
                            "run cicd as root, as in a CI container");
  const result<std::string> runc = self::program("runc", in.around),
                            umoci = self::program("umoci", in.around);
  if (!runc) return runc.error();
  if (!umoci) return umoci.error();
  const std::string pipeline = of.step.substr(0, of.step.find('/'));
  const declared_pipeline* owner = in.model.find(pipeline);
  const result<self::found_image> image =
      self::image_of(declared, owner == nullptr ? "/" : owner->source_directory, in, cancelled);
  if (!image) return image.error();
  const std::string bundle = of.tree.folder + "/bundle", state = of.tree.folder + "/runc";
  const std::string id_file = of.tree.folder + "/id",
                    name = "cicd-" + of.tree.folder.substr(of.tree.folder.rfind('/') + 1);
  const std::vector<std::string> around = in.around.for_commands().lines();
  const captured unpacked =
      run_to_end({.words = {*umoci, "unpack", "--image", image->layout + ":" + image->tag, bundle},
                  .directory = of.tree.folder,
                  .environment = around},
                 {.cancelled = &cancelled});
  if (!unpacked.end.good())
    return error{exit_class::usage, {}, "the image cannot be unpacked", declared.image.str(), {}}.with(
        "caused by", unpacked.err);
  if (status configured = self::configure(bundle + "/config.json", of, *image); !configured)
    return configured;
  of.what.words =
      words_of_contained({*runc, "--root", state, "run", "--bundle", bundle, "--pid-file", id_file, name},
                         id_file, of.at.port, declared.port.number());
  of.what.environment = around;
  of.what.environment.push_back(folder_variable + of.tree.folder);
  of.tree.environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  of.tree.first = {*runc, "--root", state, "delete", "--force", name};
  return {};
}

}  // namespace cicd
