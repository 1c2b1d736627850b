// `kubectl get --raw` and the like. See single_calls.hpp.
#pragma once

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/api/api_error.hpp>
#include <cicd/kubernetes/api/kubeconfig.hpp>
#include <cicd/kubernetes/api/proxy.hpp>
#include <cicd/kubernetes/api/single_calls.hpp>

namespace cicd::kubernetes {

namespace kubernetes_api_single_calls {
namespace {

using namespace std::chrono_literals;

/// How the API writes an HTTP status.
int code_of(std::string_view reason) {
  constexpr std::array<std::pair<std::string_view, int>, 12> codes{{{"BadRequest", 400},
                                                                    {"Unauthorized", 401},
                                                                    {"Forbidden", 403},
                                                                    {"NotFound", 404},
                                                                    {"MethodNotAllowed", 405},
                                                                    {"Conflict", 409},
                                                                    {"AlreadyExists", 409},
                                                                    {"Invalid", 422},
                                                                    {"TooManyRequests", 429},
                                                                    {"ServiceUnavailable", 503},
                                                                    {"Timeout", 504},
                                                                    {"InternalError", 500}}};
  for (const auto& [word, code] : codes)
    if (word == reason) return code;
  return 500;
}

/// Why no answer came, by kubectl's words.
api_failure transport_in(const std::string& complaints) {
  api_failure failure{.code = 0, .reason = std::string(api_reason::unreachable), .message = complaints};
  const auto says = [&](std::string_view words) { return complaints.find(words) != complaints.npos; };
  if (says("getting credentials")) failure.reason = api_reason::login;
  if (says("was refused - did you specify")) failure.message = "connection refused";
  if (says("You must be logged in") || says("provide credentials")) failure.code = 401;
  if (failure.code == 401) failure.reason = "Unauthorized";
  return failure;
}

class kubectl_calls final : public single_calls {
 public:
  kubectl_calls(surroundings around, cancellation cancelled)
      : around_(std::move(around)), cancelled_(std::move(cancelled)) {}

  std::unique_ptr<single_calls> uncancelled() const override {
    auto made = std::make_unique<kubectl_calls>(around_, cancellation());
    made->target_ = target_;
    made->knows_context_ = knows_context_;
    return made;
  }

  result<api_answer> get(const object_key& of) override {
    return asked({"get", "--raw", path_of(*kind_named(of.kind), of.namespace_name, of.name)}, {});
  }
  result<api_answer> create(const json& object) override {
    const object_key of = object_key::of(object);
    return asked({"create", "--raw", path_of(*kind_named(of.kind), of.namespace_name), "--filename=-"},
                 object);
  }
  result<api_answer> replace(const json& object) override {
    const object_key of = object_key::of(object);
    return asked(
        {"replace", "--raw", path_of(*kind_named(of.kind), of.namespace_name, of.name), "--filename=-"},
        object);
  }

 private:
  result<api_answer> asked(std::vector<std::string> words, const json& body) {
    const result<kubectl_program> program = program_now();
    if (!program) return program.error();
    words.emplace_back("--request-timeout=6s");
    const captured got = run_to_end(
        program->with(std::move(words)),
        {.input = body.is_null() ? std::string() : compact(body), .limit = 8s, .cancelled = &cancelled_});
    if (got.end.good()) return answer_in(got.out);
    if (cancelled_.cancelled()) return error{exit_class::interrupted, {}, "cancelled", {}, {}};
    if (auto refused = failure_in(got.err)) return api_answer{.object = {}, .failure = *std::move(refused)};
    return why_not_asked(*program, got.err);
  }

  static result<api_answer> answer_in(const std::string& text) {
    auto object = parse_json(text);
    if (object) return api_answer{.object = *std::move(object)};
    return error{exit_class::remote,
                 {},
                 "the server is not a Kubernetes API server",
                 {},
                 {{"answer", cut_to(displayable(text), 300)}}};
  }

  /// What is current may be changed by a person while we go on with the same cluster.
  result<kubectl_program> program_now() {
    result<kubectl_program> program = kubectl_of(target_, around_);
    if (!program || std::exchange(knows_context_, true)) return program;
    const std::string context = kubeconfig_facts(*program).context();
    if (context != kubeconfig_facts::in_cluster) target_.context = context;
    return kubectl_of(target_, around_);
  }

  error why_not_asked(const kubectl_program& program, const std::string& complaints) const {
    if (complaints.find("cannot parse invalid wire-format data") != complaints.npos)
      return error{exit_class::usage,
                   target_.text(),
                   "this kubectl cannot replace an object as it is: it is older than 1.29",
                   program.path,
                   {{"try", install_hint("kubectl")}}};
    if (complaints.find("does not exist") != complaints.npos
        || complaints.find("loading config file") != complaints.npos
        || complaints.find("invalid configuration") != complaints.npos)
      return not_started(program, target_, complaints);
    return opening_error(transport_in(std::string(trimmed(complaints))), target_, {});
  }

  const surroundings around_;
  const cancellation cancelled_;
  cluster_target target_;
  bool knows_context_ = false;
};

}  // namespace
}  // namespace kubernetes_api_single_calls

std::optional<api_failure> failure_in(const std::string& complaints) {
  constexpr std::string_view before = "Error from server (", after = "): ";
  for (const std::string& line : split(complaints, '\n')) {
    const std::size_t end = line.find(after);
    if (!line.starts_with(before) || end == line.npos) continue;
    const std::string reason = line.substr(before.size(), end - before.size());
    return api_failure{.code = kubernetes_api_single_calls::code_of(reason),
                       .reason = reason,
                       .message = line.substr(end + after.size())};
  }
  return std::nullopt;
}

std::unique_ptr<single_calls> single_calls::by_kubectl(surroundings around, cancellation cancelled) {
  return std::make_unique<kubernetes_api_single_calls::kubectl_calls>(std::move(around),
                                                                      std::move(cancelled));
}

}  // namespace cicd::kubernetes
