// Waiting until an object is gone, and the words for what still holds it.
#pragma once

#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/base/unicode.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd::kubernetes {
namespace kubernetes_api_deletion {

inline std::string held_by_finalizers(const json& object) {
  std::vector<std::string> words;
  for (const json& each : object["metadata"]["finalizers"].elements()) {
    const std::string name = each.text();
    words.push_back(name == "foregroundDeletion"             ? "what belongs to it"
                    : name == "kubernetes.io/pvc-protection" ? "the pods that use it"
                                                             : "finalizer " + displayable(name));
  }
  return joined(words, ", ");
}

/// The server counts what is left in a namespace in its conditions.
inline std::string left_in_namespace(const json& object) {
  std::vector<std::string> words;
  for (const json& each : object["status"]["conditions"].elements())
    if (each["status"].text() == "True") words.push_back(displayable(each["message"].text()));
  return joined(words, "; ");
}

inline error still_there(const json& object, const object_key& of, const gone_options& how) {
  const std::string where = of.namespace_name.empty() ? "" : " -n " + shell_quoted(of.namespace_name);
  return error{
      exit_class::conflict,
      how.subject,
      of.text() + " is being deleted and is not gone yet" + how.so,
      {},
      {{"deleted at", object["metadata"]["deletionTimestamp"].text()},
       {"held by", held_by(object)},
       {"try", fmt::format("see why the controller that set it does not remove it: kubectl{} get {} {} -o yaml; then {}",
                           where, shell_quoted(lower(of.kind)), shell_quoted(of.name), how.then)}}};
}

}  // namespace kubernetes_api_deletion

bool is_being_deleted(const json& object) {
  return !object["metadata"]["deletionTimestamp"].is_null();
}

std::string held_by(const json& object) {
  std::string words = kubernetes_api_deletion::held_by_finalizers(object);
  if (object["kind"].text() == "Namespace") words = kubernetes_api_deletion::left_in_namespace(object);
  return words.empty() ? "the cluster, which is about to end it" : words;
}

status wait_until_gone(cluster& with, const object_key& of, const gone_options& how) {
  const auto end = how.time.elapsed() + how.patience;
  std::string said;
  while (true) {
    const api_answer now = with.get(of);
    if (now.failure && !now.is_missing())
      return error_of(*now.failure, how.subject, of, "wait until " + of.text() + " is gone");
    if (!now || !is_being_deleted(now.object)) return {};
    if (how.cancelled != nullptr && how.cancelled->cancelled())
      return error{exit_class::interrupted,
                   how.subject,
                   "interrupted while " + of.text() + " was being deleted",
                   {},
                   {}};
    if (how.time.elapsed() >= end) return kubernetes_api_deletion::still_there(now.object, of, how);
    if (const std::string by = held_by(now.object); how.say && by != said) {
      how.say(fmt::format("{} is being deleted: waiting for {}", of.text(), by));
      said = by;
    }
    how.time.wait(std::chrono::milliseconds(300), how.cancelled);
  }
}

}  // namespace cicd::kubernetes
