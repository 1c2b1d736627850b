// Where secrets come from: variables, files, programs. What was fetched stands in no error.
#pragma once

#include <memory>
#include <mutex>

#include <fmt/format.h>

#include <cicd/base/json.hpp>
#include <cicd/base/secret_finder.hpp>
#include <cicd/base/text.hpp>
#include <cicd/run/secret_store.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace run_secret_store_source {
namespace {

/// A program that waits for a person gets no answer.
constexpr std::chrono::milliseconds longest_wait{120'000};

error not_there(const secret& of, std::string what, std::string value) {
  return error{exit_class::usage, {}, std::move(what), std::move(value), {}}.with("secret", of.name.str());
}

result<secret_value> of_variable(const secret& of, const surroundings& around) {
  const std::string name = of.pass_env.str();
  if (auto value = around.get(name)) return secret_value(*std::move(value));
  return not_there(of, "the variable that holds the secret is not set", name)
      .with("try", fmt::format("set {} for this command; in CI, in the settings of the job", name));
}

result<secret_value> of_file(const secret& of, const surroundings& around) {
  std::string path = of.file.str();
  if (path.starts_with("~/")) path = around.home() + path.substr(1);
  result<std::string> text = read_file(path);
  if (text) return secret_value(*std::move(text));
  error why = std::move(text).error();
  return std::move(why).with("secret", of.name.str());
}

/// What no error shows: each value that was given, and each variable that holds a secret, given or not.
class hidden_values {
 public:
  explicit hidden_values(const surroundings& around) {
    const surroundings shown = around.for_commands();
    for (const auto& [name, value] : around.all())
      if (!shown.get(name)) add(secret_value(value));
  }

  void add(const secret_value& value) {
    const std::lock_guard hold(mutex_);
    if (characters_in(value) >= least_secret) all_.push_back(value);
  }
  std::vector<secret_value> all() const {
    const std::lock_guard hold(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<secret_value> all_;
};

/// The last lines of what a program says of its failure. What it printed to standard output may be the
/// secret, of which each line is masked too.
std::string complaint_of(const captured& ran, std::vector<secret_value> hidden) {
  constexpr std::size_t most_printed = 16U << 10U;
  if (ran.out.size() > most_printed) return "not shown, since what it printed is too long to be masked in it";
  for (const std::string& line : split(ran.out, '\n'))
    if (const secret_value one{std::string(trimmed(line))}; characters_in(one) >= least_secret)
      hidden.push_back(one);
  const std::string shown = secret_finder(hidden).masked(trimmed(ran.err));
  const std::vector<std::string> lines = split(shown, '\n');
  const std::size_t first = lines.size() > 3 ? lines.size() - 3 : 0;
  return joined(std::span(lines).subspan(first), " / ");
}

result<std::string> printed_by(const secret& of,
                               const std::vector<std::string>& words,
                               const std::string& folder,
                               const surroundings& around,
                               const hidden_values& hidden,
                               const cancellation& cancelled) {
  capture_options how;
  how.limit = longest_wait;
  how.cancelled = &cancelled;
  captured ran = run_to_end({.words = words, .directory = folder, .environment = around.lines()}, how);
  if (cancelled.cancelled()) return error{exit_class::interrupted, {}, "interrupted", {}, {}};
  if (ran.end.kind == ending::how::not_started)
    return not_there(of, "the program that gives the secret cannot be started", words.front())
        .with("caused by", ran.end.text)
        .with("try", install_hint(words.front()));
  if (ran.end.good()) return std::move(ran.out);
  return error{
      exit_class::remote,
      {},
      fmt::format("the program that gives the secret failed: exit status {}", ran.end.shell_status()),
      shell_quoted(words),
      {}}
      .with("secret", of.name.str())
      .with("caused by", complaint_of(ran, hidden.all()));
}

result<secret_value> of_command(const secret& of,
                                const std::string& folder,
                                const surroundings& around,
                                const hidden_values& hidden,
                                const cancellation& cancelled) {
  std::vector<std::string> words;
  for (const text& word : of.command) words.push_back(word.str());
  result<std::string> printed = printed_by(of, words, folder, around, hidden, cancelled);
  if (!printed) return std::move(printed).error();
  return secret_value(*std::move(printed));
}

/// GetSecretValue of AWS Secrets Manager, by the program that finds the credentials as everywhere else.
result<secret_value> of_aws(const secret& of,
                            const std::string& folder,
                            const surroundings& around,
                            const hidden_values& hidden,
                            const cancellation& cancelled) {
  std::vector<std::string> words{"aws",  "secretsmanager", "get-secret-value", "--output",
                                 "json", "--secret-id",    of.aws.str()};
  if (of.version) words.insert(words.end(), {"--version-id", of.version.str()});
  const result<std::string> printed = printed_by(of, words, folder, around, hidden, cancelled);
  if (!printed) return printed.error();
  const result<json> answer = parse_json(*printed);
  if (answer && (*answer)["SecretString"].is_string()) return secret_value((*answer)["SecretString"].text());
  return error{exit_class::remote, {}, "the answer of aws holds no SecretString", of.aws.str(), {}}.with(
      "secret", of.name.str());
}

result<secret_value> value_of(const secret& of,
                              const std::string& folder,
                              const surroundings& around,
                              const hidden_values& hidden,
                              const cancellation& cancelled) {
  if (of.pass_env) return of_variable(of, around);
  if (of.file) return of_file(of, around);
  if (of.aws) return of_aws(of, folder, around, hidden, cancelled);
  return of_command(of, folder, around, hidden, cancelled);
}

}  // namespace
}  // namespace run_secret_store_source

secret_source declared_source(const surroundings& around) {
  using namespace run_secret_store_source;
  const auto hidden = std::make_shared<hidden_values>(around);
  return [around, hidden](const secret& of, const std::string& folder, const cancellation& cancelled) {
    result<secret_value> value = value_of(of, folder, around, *hidden, cancelled);
    if (value) hidden->add(*value);
    return value;
  };
}

}  // namespace cicd
