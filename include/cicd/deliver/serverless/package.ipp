// What a package is made of, and what it says of its stage.
#pragma once

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/base/error.hpp>
#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/deliver/serverless/package.hpp>
#include <cicd/image/archive_items.hpp>
#include <cicd/image/function_zip.hpp>
#include <cicd/image/object_store.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace deliver_serverless_package {
namespace {

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether the text has the stage as a word of its own.
bool names_stage(std::string_view text, std::string_view stage) {
  for (auto at = text.find(stage); at != text.npos; at = text.find(stage, at + 1)) {
    const bool begins = at == 0 || !is_of_word(text[at - 1]);
    const auto end = at + stage.size();
    if (begins && (end == text.size() || !is_of_word(text[end]))) return true;
  }
  return false;
}

/// The members that name it, by their paths; calls of CloudFormation and places in lists are no part of a
/// path.
void add_named(const json& in,
               const std::string& path,
               std::string_view stage,
               std::vector<std::string>& to) {
  if (in.is_string() && names_stage(in.text(), stage)) {
    std::string line = path + " " + displayable(in.text());
    if (std::ranges::find(to, line) == to.end()) to.push_back(std::move(line));
  }
  for (const json& each : in.elements()) add_named(each, path, stage, to);
  for (const auto& [name, each] : in.members()) {
    const bool is_call = name.starts_with("Fn::");
    add_named(each, is_call ? path : path.empty() ? name : path + "." + name, stage, to);
  }
}

object_place place_in_bucket(const code_request& of) {
  return {of.packaged.bucket.str(), key_of_package(of.pipeline, stage_of(of.packaged), of.files)};
}

}  // namespace
}  // namespace deliver_serverless_package

const environment& place_of_package(const declared_pipeline& pipeline, const environment& place) {
  const environment* first = &place;
  if (place.package == package_rule::none) return place;
  std::set<std::string> seen;  // a circle is no declaration that is checked
  while (!first->from.empty() && !first->from.front().any.empty() && seen.insert(first->name.str()).second) {
    const auto& all = pipeline.declared.environments;
    const auto before = std::ranges::find(all, first->from.front().any.front(), &environment::name);
    if (before == all.end()) break;
    const std::vector<const environment*> parts = with_parts(*before);
    const auto packaged = std::ranges::find_if(
        parts, [](const environment* each) { return each->package != package_rule::none; });
    if (packaged == parts.end()) break;
    first = *packaged;
  }
  return *first;
}

std::string key_of_package(const std::string& pipeline,
                           const std::string& stage,
                           const std::map<std::string, std::string>& files) {
  sha256_stream over;
  for (const auto& [name, text] : files) over.update(fmt::format("{} {} {}\n", name, text.size(), text));
  return fmt::format("{}/packages/{}/{}.zip", pipeline, stage, hex(over.finish()));
}

std::vector<std::string> carried_over(const std::string& cloud_template, const std::string& stage) {
  const json from = parse_json(cloud_template).value_or(json());
  std::vector<std::string> lines;
  for (const auto& [name, resource] : from["Resources"].members()) {
    std::vector<std::string> named;
    deliver_serverless_package::add_named(resource["Properties"], {}, stage, named);
    if (!named.empty())
      lines.push_back(fmt::format("{} {}: {}", displayable(resource["Type"].text()), displayable(name),
                                  joined(named, ", ")));
  }
  return lines;
}

std::string folder_of_config(const std::string& config) {
  return replaced_all(config, "/", "_");
}

error no_package(const code_request& of) {
  const object_place at = deliver_serverless_package::place_in_bucket(of);
  return error{
      exit_class::remote,
      of.subject,
      "the package of the first stage is not there",
      fmt::format("s3://{}/{}", at.bucket, at.key),
      {{"caused by", fmt::format("{} did not deploy this artifact with PACKAGE whole, or it was deleted",
                                 of.packaged.name.view())},
       {"try", fmt::format("deploy it to {} first", of.packaged.name.view())}}};
}

result<std::optional<std::string>> stored_package(const code_request& of) {
  const object_place at = deliver_serverless_package::place_in_bucket(of);
  return store_of(at, of.bucket, of.around, of.cancelled)->get(at.key);
}

result<std::optional<std::string>> kept_package(const std::string& folder, const code_request& of) {
  const std::string zip = of.scratch + "/.made.zip";
  if (const auto made = pack_folder(folder, zip, 1, of.cancelled); !made) return made.error();
  const result<std::string> bytes = read_file(zip);
  if (!bytes) return bytes.error();
  const object_place at = deliver_serverless_package::place_in_bucket(of);
  const auto put = store_of(at, of.bucket, of.around, of.cancelled)->put_new(at.key, *bytes);
  if (!put) return put.error();
  if (status gone = remove_tree(folder); !gone) return std::move(gone).error();
  return stored_package(of);
}

status unpack_package(const std::string& zip, const std::string& to, const code_request& of) {
  const std::string file = of.scratch + "/.package.zip";
  if (status written = write_file(file, zip, durability::fast); !written) return written;
  return unpack_zip(file, function_limit, [&](const std::string& name) { return to + "/" + name; });
}

result<std::optional<std::vector<std::string>>> carried_by_package(const code_request& of) {
  using lines = std::optional<std::vector<std::string>>;
  if (of.packaged.name == of.place.name) return lines(std::vector<std::string>());
  const auto bytes = stored_package(of);
  if (!bytes) return bytes.error();
  if (!*bytes) return lines();
  const std::string folder = of.scratch + ".look", zip = folder + "/package.zip";
  if (status written = write_file(zip, **bytes, durability::fast); !written)
    return std::move(written).error();
  std::vector<std::string> all;
  for (const auto& [config, text] : of.files) {
    if (!is_config(config)) continue;
    const auto made =
        zip_member(zip, folder_of_config(config) + "/cloudformation-template-update-stack.json");
    if (!made) return made.error();
    for (std::string& each : carried_over(made->value_or(""), stage_of(of.packaged)))
      all.push_back(std::move(each));
  }
  if (status gone = remove_tree(folder); !gone) return std::move(gone).error();
  return lines(std::move(all));
}

}  // namespace cicd
