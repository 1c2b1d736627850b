// `cicd explain`: pages of plain text about functions, options, templates and declared values.
#include <cicd/declare/explain.hpp>

#include <fmt/format.h>

#include <algorithm>

#include <cicd/declare/template_data.hpp>
#include <cicd/declare/words.hpp>

namespace cicd {

namespace declare_explain {
namespace {

using declaring::option;
using declaring::options_of;

constexpr std::size_t page_width = 100;

/// `text` in lines of at most `width` columns, the first not indented, the others by `indent`.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = page_width) {
  std::string lines;
  std::size_t used = indent;
  for (const std::string& word : split(text, ' ')) {
    if (word.empty()) continue;
    const bool breaks = used > indent && used + 1 + columns(word) > width;
    if (breaks) lines.append("\n").append(indent, ' '), used = indent;
    else if (used > indent) lines.push_back(' '), ++used;
    lines.append(word);
    used += columns(word);
  }
  return lines;
}

/// Lines of a name and a text, the texts aligned.
class aligned_lines {
 public:
  void add(std::string name, std::string text) {
    if (!text.empty()) lines_.emplace_back(std::move(name), std::move(text));
  }

  std::string text() const {
    std::size_t width = 0;
    for (const auto& [name, text] : lines_) width = std::max(width, columns(name));
    std::string all;
    for (const auto& [name, text] : lines_)
      all.append("  ").append(name).append(width - columns(name) + 2, ' ').append(wrapped(text, width + 4)).append("\n");
    return all;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

std::string first_sentence(std::string_view text) {
  const auto end = text.find(". ");
  return std::string(text.substr(0, end == text.npos ? text.size() - (text.ends_with('.') ? 1 : 0) : end));
}

/// A comment's words: what the option does, and its default apart.
struct parted_doc {
  std::string text;
  std::string default_value;
};

parted_doc parted(std::string_view text) {
  constexpr std::string_view mark = "Default";
  const auto at = text.find(mark);
  if (at == text.npos) return {std::string(text), {}};
  auto end = text.find(". ", at);
  if (end == text.npos) end = text.size() - (text.ends_with('.') ? 1 : 0);
  std::string_view value = text.substr(at + mark.size(), end - at - mark.size());
  if (value.starts_with(':')) value.remove_prefix(1);
  const std::string rest = std::string(trimmed(text.substr(0, at))) +
                           (end + 2 < text.size() ? " " + std::string(text.substr(end + 2)) : "");
  return {rest, std::string(trimmed(value))};
}

std::string placeholder_list(const option& of) {
  std::string list;
  for (const std::string_view name : of.placeholders) list.append(list.empty() ? "" : ", ").append(fmt::format("{{{}}}", name));
  return list;
}

const declaring_function* function_named(std::string_view subject) {
  for (const declaring_function& each : declaring_functions())
    if (each.name == subject || each.kind == subject) return &each;
  return nullptr;
}

const declaring_function& function_of_kind(std::string_view kind) { return *function_named(kind); }

std::string function_page(const declaring_function& of) {
  aligned_lines lines;
  for (const option& each : options_of(of.kind)) {
    if (each.key == "name") continue;
    const field_doc* doc = find_field_doc(fmt::format("{}.{}", of.kind, each.key));
    lines.add(each.keyword, doc ? first_sentence(doc->text) : std::string());
  }
  return fmt::format("{}({} …)\n\n  {}\n\n{}\n  More on one of them: cicd explain {}.{}\n", of.name, of.signature, wrapped(of.summary, 2),
                     lines.text(), of.kind, lower(of.keywords.front()));
}

std::string option_page(std::string_view key, const option& of) {
  const std::string kind(key.substr(0, key.find('.')));
  const field_doc& doc = *find_field_doc(key);
  const parted_doc words = parted(doc.text);
  const declaring_function& function = function_of_kind(kind);
  const bool named = of.key == "name";
  aligned_lines lines;
  lines.add("allowed", std::string(of.allowed));
  lines.add("default", words.default_value);
  lines.add("placeholders", placeholder_list(of));
  lines.add("example", std::string(doc.example));
  lines.add("refused", std::string(doc.wrong));
  return fmt::format("{}, {} of {}()\n\n  {}\n\n{}", key, named ? "the name" : of.keyword, function.name, wrapped(words.text, 2), lines.text());
}

const option* option_named(std::string_view key) {
  const auto dot = key.find('.');
  if (dot == key.npos || !find_field_doc(key)) return nullptr;
  for (const option& each : options_of(key.substr(0, dot)))
    if (each.key == key.substr(dot + 1)) return &each;
  return nullptr;
}

std::string placeholders_page() {
  aligned_lines lines;
  for (const auto& each : declaring::placeholder_docs()) lines.add(fmt::format("{{{}}}", each.name), std::string(each.text));
  aligned_lines places;
  for (const declaring_function& function : declaring_functions())
    for (const option& each : options_of(function.kind)) places.add(fmt::format("{}.{}", function.kind, each.key), placeholder_list(each));
  return fmt::format("Placeholders\n\n  A name in braces, not after $ or %, stands for a value:\n\n{}\n  They are replaced in:\n\n{}", lines.text(),
                     places.text());
}

std::string indented(std::string_view text) {
  std::string lines;
  for (const std::string& line : split(text, '\n'))
    if (!line.empty()) lines.append("  ").append(line).append("\n");
  return lines;
}

std::string template_page(const declaring::pipeline_template& of) {
  std::string page = fmt::format("{}, a template\n\n  {}\n", of.name, wrapped(of.description, 2));
  if (!of.extends.empty()) page += fmt::format("\n  It extends {}.\n", joined(of.extends, ", "));
  page += "\nIt stands for these calls:\n";
  for (const auto& each : of.calls)
    page += "\n" + indented(declaring::cmake_call_text(each.where.function, each.arguments, options_of(function_named(each.where.function)->kind)));
  if (!of.scanners.empty()) page += "\nScanners, chosen by SCAN:\n";
  for (const auto& each : of.scanners) {
    std::vector<std::string> words{"{pipeline}", each.name};
    words.insert(words.end(), each.step.begin(), each.step.end());
    const std::string title = fmt::format("{}{}: {}", each.name, each.by_default ? " (by default)" : "", each.description);
    page += fmt::format("\n  {}\n\n", wrapped(title, 2));
    page += indented(declaring::cmake_call_text("pipeline_step", words, options_of("step")));
  }
  return page;
}

/// A declared thing: which pipeline, and the rest of the subject behind its name.
struct declared_subject {
  const declared_pipeline* in = nullptr;
  std::string kind;         ///< `pipeline` or that of a part
  std::string name;         ///< of the part
  std::string key;          ///< of the option; empty for the whole
  std::string path() const {
    const std::string part = kind == "pipeline" ? "" : fmt::format("{}.{}", kind, name);
    return part + (part.empty() || key.empty() ? "" : ".") + key;
  }
};

std::string origin_text(const declared_pipeline& in, const std::string& path, std::string_view source_root) {
  const auto found = in.origins.find(path);
  return found == in.origins.end() ? std::string() : found->second.text(source_root);
}

/// Every option that is given in `of`, or only the one called `key`, as `KEYWORD values`.
template <typename T, typename Take>
void each_given(const T& of, std::string_view key, Take take) {
  std::size_t index = 0;
  each_field(const_cast<T&>(of), [&](std::string_view name, const auto& field) {
    const option& described = options_of<T>()[index++];
    if (name == "name" || (!key.empty() && key != name) || !declaring::is_given(field)) return;
    const std::string values = declaring::cmake_words(declaring::values_of(field), options_of<T>());
    take(described, values.empty() ? described.keyword : described.keyword + " " + values);
  });
}

template <typename T>
std::string values_page(const T& of, const declared_subject& subject, std::string_view source_root) {
  std::string page;
  each_given(of, subject.key, [&](const option& given, const std::string& words) {
    declared_subject at = subject;
    at.key = given.key;
    page += fmt::format("  {}\n      {}\n", wrapped(words, 6), origin_text(*subject.in, at.path(), source_root));
  });
  return page.empty() ? "  not given\n" : page;
}

/// A service's values in each environment: those given there, and those that hold everywhere.
std::string service_page(const declared_subject& subject, std::string_view source_root) {
  const pipeline& declared = subject.in->declared;
  if (declared.environments.empty()) return values_page(service_in(declared, subject.name, ""), subject, source_root);
  std::string page;
  for (const environment& each : declared.environments) {
    page += fmt::format("in {}:\n", each.name.view());
    std::string lines;
    each_given(service_in(declared, subject.name, each.name.view()), subject.key, [&](const option& given, const std::string& words) {
      declared_subject at = subject;
      at.key = given.key;
      const std::string there = origin_text(*subject.in, at.path() + "@" + each.name.str(), source_root);
      const std::string everywhere = origin_text(*subject.in, at.path(), source_root);
      const bool merged = !there.empty() && !everywhere.empty() && (given.key == "env" || given.key == "secret_env");
      lines += fmt::format("  {}\n      {}{}\n", wrapped(words, 6), there.empty() ? everywhere : there, merged ? "; over " + everywhere : "");
    });
    page += lines.empty() ? "  not given\n" : lines;
  }
  return page;
}

template <typename T>
const T* part_named(const std::vector<T>& parts, std::string_view name) {
  const auto found = std::find_if(parts.begin(), parts.end(), [&](const T& each) { return each.name.view() == name; });
  return found == parts.end() ? nullptr : &*found;
}

std::string declared_page(std::string_view title, const declared_subject& subject, std::string_view source_root) {
  const pipeline& declared = subject.in->declared;
  std::string page = fmt::format("{}\n\n", title);
  if (subject.kind == "pipeline") return page + values_page(declared, subject, source_root);
  if (subject.kind == "step") return page + values_page(*part_named(declared.steps, subject.name), subject, source_root);
  if (subject.kind == "image") return page + values_page(*part_named(declared.images, subject.name), subject, source_root);
  if (subject.kind == "environment") return page + values_page(*part_named(declared.environments, subject.name), subject, source_root);
  return page + service_page(subject, source_root);
}

/// All declared subjects of one pipeline with their texts.
void add_declared(const declared_pipeline& in, std::vector<std::pair<std::string, declared_subject>>& to) {
  const std::string pipeline = in.declared.name.str();
  const auto add = [&](const std::string& kind, const std::string& name) {
    const std::string start = kind == "pipeline" ? pipeline : fmt::format("{}.{}.{}", pipeline, kind, name);
    to.emplace_back(start, declared_subject{&in, kind, name, {}});
    for (const option& each : options_of(kind))
      if (each.key != "name" && each.key != "in") to.emplace_back(fmt::format("{}.{}", start, each.key), declared_subject{&in, kind, name, std::string(each.key)});
  };
  add("pipeline", pipeline);
  for (const step& each : in.declared.steps) add("step", each.name.str());
  for (const image& each : in.declared.images) add("image", each.name.str());
  for (std::size_t at = 0; at < in.declared.services.size(); ++at)
    if (at == 0 || in.declared.services[at].name != in.declared.services[at - 1].name) add("service", in.declared.services[at].name.str());
  for (const environment& each : in.declared.environments) add("environment", each.name.str());
}

std::vector<std::pair<std::string, declared_subject>> declared_subjects(const model* declared) {
  std::vector<std::pair<std::string, declared_subject>> all;
  if (declared)
    for (const declared_pipeline& each : declared->pipelines) add_declared(each, all);
  return all;
}

}  // namespace
}  // namespace declare_explain

std::vector<std::string> subjects(const model* declared, const template_source& templates) {
  std::vector<std::string> all;
  for (const declaring_function& each : declaring_functions()) all.insert(all.end(), {std::string(each.name), std::string(each.kind)});
  for (const field_doc& each : field_docs()) all.emplace_back(each.key);
  all.emplace_back("placeholders");
  if (templates.names)
    for (std::string& each : templates.names()) all.push_back(std::move(each));
  for (auto& [name, subject] : declare_explain::declared_subjects(declared)) all.push_back(std::move(name));
  return all;
}

result<std::string> explanation(std::string_view subject, const model* declared, const template_source& templates) {
  using namespace declare_explain;
  if (const declaring_function* function = function_named(subject)) return function_page(*function);
  if (const option* option = option_named(subject)) return option_page(subject, *option);
  if (subject == "placeholders") return placeholders_page();
  for (const auto& [name, each] : declared_subjects(declared))
    if (name == subject) return declared_page(subject, each, declared->tree.source_root);
  if (templates.read && templates.read(std::string(subject))) {
    result<declaring::pipeline_template> found = declaring::template_named(subject, templates);
    if (!found) return std::move(found).error();
    return template_page(*found);
  }
  const std::vector<std::string> known = subjects(declared, templates);
  return error{.kind = exit_class::usage, .subject = "explain", .what = "nothing of that name is known", .value = std::string(subject), .notes = {}}
      .with("did you mean", nearest(subject, known).value_or(""))
      .with("try", "cicd explain add_pipeline");
}

}  // namespace cicd
