// Entries of the cache: written whole under another name, then renamed; read only where their owner is ours.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/run/cache.hpp>
#include <cicd/run/output_values.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>
#include <cicd/system/place.hpp>

namespace cicd {

namespace run_cache {

constexpr unsigned link_mode = 0120000;
constexpr std::int64_t file_mode = 0100000;
constexpr std::string_view first_word = "cicd-step-1 ";

/// JSON holds text only, and a file's name may be any bytes: `path`, or `path_hex` where it is no text.
void set_path(json& to, const std::string& path) {
  std::string digits;
  for (const char byte : path) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  const bool is_text = valid_utf8(path) == path;
  to.set(is_text ? "path" : "path_hex", is_text ? path : digits);
}

/// Empty, which is no path, where there is none.
std::string path_from(const json& of) {
  const std::string digits = of["path_hex"].text();
  if (digits.empty()) return of["path"].text();
  std::string path;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    unsigned byte = 0;
    const char* end = digits.data() + std::min(at + 2, digits.size());
    const auto read = std::from_chars(digits.data() + at, end, byte, 16);
    if (read.ptr != digits.data() + at + 2) return {};
    path += static_cast<char>(byte);
  }
  return path;
}

json json_of(const file_set& files) {
  json all{json::array{}};
  for (const observed_file& file : files) {
    json one;
    set_path(one, file.path);
    one.set("mode", static_cast<int>(file.mode));
    one.set("digest", hex(file.content));
    all.push(std::move(one));
  }
  return all;
}

std::optional<file_set> files_from(const json& all) {
  file_set files;
  for (const json& one : all.elements()) {
    const auto content = digest_from(one["digest"].text());
    const std::string path = path_from(one);
    if (!content || !relative_path::accepts(path)) return std::nullopt;
    const std::int64_t mode = one["mode"].integer();
    if (mode != link_mode && (mode & ~std::int64_t{0777}) != file_mode) return std::nullopt;
    files.push_back({path, static_cast<unsigned>(mode), *content});
  }
  return files;
}

/// Whether each path stands for one thing, and none lies below another: putting the one there would lead
/// through the other, a link to anywhere.
bool is_a_tree(const file_set& outputs, const file_set& reports) {
  std::map<std::string_view, const observed_file*> known;
  for (const file_set* files : {&outputs, &reports})
    for (const observed_file& file : *files) {
      const auto [at, added] = known.try_emplace(file.path, &file);
      if (!added && (at->second->content != file.content || at->second->mode != file.mode)) return false;
    }
  return std::ranges::none_of(known, [&](const auto& one) {
    const std::string_view path = one.first;
    for (auto slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1))
      if (known.contains(path.substr(0, slash))) return true;
    return false;
  });
}

bool is_artifact(std::string_view text) {
  return text.empty() || (text.starts_with("sha256:") && digest_from(text.substr(7)));
}

/// The entry as a file keeps it: its own digest first, so that half of one is known as such.
std::string text_for(const cached_step& entry, const std::string& by) {
  json body;
  if (!by.empty()) body.set("by", by);
  body.set("key", hex(entry.result.key));
  body.set("result", hex(entry.result.outputs));
  body.set("artifact", entry.result.artifact);
  if (!entry.result.values.empty()) body.set("values", json_of_values(entry.result.values));
  body.set("log", hex(entry.log));
  body.set("outputs", json_of(entry.outputs));
  body.set("reports", json_of(entry.reports));
  const std::string text = compact(body);
  return std::string(first_word) + hex(sha256(text)) + "\n" + text;
}

std::optional<cached_step> entry_from(std::string_view text, const digest& key) {
  if (!text.starts_with(first_word) || text.size() < first_word.size() + 65
      || text[first_word.size() + 64] != '\n')
    return std::nullopt;
  const auto own = digest_from(text.substr(first_word.size(), 64));
  text.remove_prefix(first_word.size() + 65);
  if (!own || sha256(text) != *own) return std::nullopt;
  const result<json> body = parse_json(text);
  if (!body || (*body)["key"].text() != hex(key)) return std::nullopt;
  const auto result_digest = digest_from((*body)["result"].text());
  const auto log = digest_from((*body)["log"].text());
  auto outputs = files_from((*body)["outputs"]);
  auto reports = files_from((*body)["reports"]);
  if (!result_digest || !log || !outputs || !reports) return std::nullopt;
  std::string artifact = (*body)["artifact"].text();
  if (!is_a_tree(*outputs, *reports) || digest_of(*outputs) != *result_digest || !is_artifact(artifact))
    return std::nullopt;
  return cached_step{{key, *result_digest, std::move(artifact), values_from((*body)["values"])},
                     *std::move(outputs),
                     *std::move(reports),
                     *log,
                     {},
                     (*body)["by"].text()};
}

/// The digest of a file's content as it is now, or none.
digest digest_now(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {};
  sha256_stream hash;
  std::string buffer(256U << 10U, '\0');
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0)
    hash.update({buffer.data(), static_cast<std::size_t>(file.gcount())});
  return file.bad() ? digest{} : hash.finish();
}

/// Puts a blob at the file's path below `root`; what is put there has the digest that names it.
bool take_out(const std::string& blob, const observed_file& file, const std::string& root) {
  if (file.mode == link_mode) {
    const result<std::string> target = read_file(blob);
    return target && sha256(*target) == file.content && place_link(root, file.path, *target);
  }
  return static_cast<bool>(place_copy(root, file.path, blob, file.mode, [&](const std::string& copy) {
    return digest_now(copy) == file.content;
  }));
}

/// Puts one file among the blobs, unless it is there already; what is kept has the digest that names it.
status keep(const std::string& from, const observed_file& file, const std::string& blob) {
  if (exists(blob)) return {};
  if (file.mode == link_mode) {
    std::string target(4096, '\0');
    const ssize_t length = readlink(from.c_str(), target.data(), target.size());
    if (length < 0) return error{exit_class::cannot_save, {}, "an output went away", from, {}};
    target.resize(static_cast<std::size_t>(length));
    return write_file(blob, target, durability::fast, 0444);
  }
  if (status made = make_folder(blob.substr(0, blob.rfind('/'))); !made) return made;
  const std::string part = part_name(blob);
  if (status copied = copy_entry(from, part); !copied) return copied;
  if (digest_now(part) != file.content) {
    (void)remove_tree(part);
    return error{exit_class::cannot_save, {}, "an output changed while it was kept", from, {}};
  }
  (void)chmod(part.c_str(), 0444);
  status kept = rename_over(part, blob);
  if (kept) return kept;
  (void)remove_tree(part);
  return exists(blob) ? status{} : kept;  // another process was faster with the same bytes
}

/// `<folder>/<kind>/<ab>/<abcd…>`
std::string path_in(const std::string& folder, std::string_view kind, const digest& of) {
  const std::string name = hex(of);
  return fmt::format("{}/{}/{}/{}", folder, kind, name.substr(0, 2), name);
}

/// The entry of `folder`, that of a domain below `cache` or `cache` itself.
std::optional<cached_step> entry_in(const std::string& folder,
                                    const digest& key,
                                    const std::string& cache,
                                    const std::string& domain) {
  const auto text = read_own_below(cache, path_below(path_in(folder, "steps", key), cache));
  auto entry = text ? entry_from(*text, key) : std::nullopt;
  if (!entry || (!entry->by.empty() && entry->by != domain)) return std::nullopt;
  entry->from = folder;
  return entry;
}

}  // namespace run_cache

std::string domain_folder(const std::string& cache, const std::string& domain) {
  return domain.empty() ? cache : cache + "/domains/" + domain;
}

step_cache::step_cache(std::string folder, std::string domain)
    : trusted_(std::move(folder)), own_(domain_folder(trusted_, domain)), domain_(std::move(domain)) {}

std::string step_cache::blob_path(const digest& of, const std::string& from) const {
  return run_cache::path_in(from.empty() ? own_ : from, "blobs", of);
}

std::string step_cache::entry_path(const digest& key, const std::string& from) const {
  return run_cache::path_in(from.empty() ? own_ : from, "steps", key);
}

std::optional<cached_step> step_cache::find(const digest& key) const {
  auto entry = run_cache::entry_in(own_, key, trusted_, domain_);
  return entry || own_ == trusted_ ? std::move(entry) : run_cache::entry_in(trusted_, key, trusted_, {});
}

bool step_cache::restore(const cached_step& entry, const std::string& work, const std::string& log) const {
  if (!make_folder(work)) return false;
  const auto place = [&](const observed_file& file, const std::string& root) {
    const std::string blob = blob_path(file.content, entry.from);
    if (run_cache::take_out(blob, file, root)) return true;
    if (blob == blob_path(file.content) && exists(blob)) (void)remove_tree(blob);
    return false;
  };
  for (const file_set* files : {&entry.outputs, &entry.reports})
    for (const observed_file& file : *files)
      if (!place(file, work)) return false;
  const auto slash = log.rfind('/');
  if (!entry.log) return true;
  return make_folder(log.substr(0, slash))
         && place({log.substr(slash + 1), 0100644, entry.log}, log.substr(0, slash));
}

status step_cache::store(const cached_step& entry, const std::string& work, const std::string& log) const {
  for (const file_set* files : {&entry.outputs, &entry.reports})
    for (const observed_file& file : *files)
      if (status kept = run_cache::keep(work + "/" + file.path, file, blob_path(file.content)); !kept)
        return kept;
  if (entry.log)
    if (status kept = run_cache::keep(log, {"log", 0100644, entry.log}, blob_path(entry.log)); !kept)
      return kept;
  return write_file(entry_path(entry.result.key), run_cache::text_for(entry, domain_), durability::fast,
                    0600);
}

}  // namespace cicd
