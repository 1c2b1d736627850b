// A digest of each ConfigMap and Secret that the pods name, read from the cluster.
#pragma once

#include <fmt/format.h>

#include <cicd/base/digest.hpp>
#include <cicd/deliver/cluster/configuration.hpp>
#include <cicd/kubernetes/api/deletion.hpp>

namespace cicd {

void read_configuration(kubernetes::cluster& with,
                        wanted_release& wanted,
                        std::vector<std::string>& remarks) {
  const std::vector<std::string> names =
      kubernetes::configuration_read_by(*wanted.pipeline, wanted.place.environment, wanted.facts.on);
  std::vector<kubernetes::object_key> keys;
  for (const std::string& each : names)
    keys.push_back(
        {each.starts_with("config/") ? "ConfigMap" : "Secret", wanted.place.namespace_name, each.substr(7)});
  const std::vector<kubernetes::api_answer> answers = with.get_all(keys);
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (answers[at] && kubernetes::is_being_deleted(answers[at].object))
      remarks.push_back(
          fmt::format("{} is being deleted: pods that need it will not start without it", keys[at].text()));
    if (answers[at]) {
      wanted.facts.config_digests[names[at]] =
          hex(sha256(compact(answers[at].object["data"]) + compact(answers[at].object["binaryData"])));
    } else if (answers[at].is_missing()) {
      remarks.push_back(fmt::format("{} is not there: pods that need it will not start", keys[at].text()));
    } else {
      remarks.push_back(fmt::format("{} may not be read: its changes do not roll the pods", keys[at].text()));
    }
  }
}

}  // namespace cicd
