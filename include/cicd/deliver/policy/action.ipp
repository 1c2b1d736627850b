// What an action is called in messages, how it tells events, and how it opens a cluster again.
#pragma once

#include <utility>

#include <cicd/deliver/policy/action.hpp>

namespace cicd {

std::string action_ports::subject() const {
  return pipeline->declared.name.str() + "/" + place->name.str();
}

changed_place action_ports::at(const kubernetes::cluster& with) const {
  return {pipeline->declared.name.str(), place->name.str(), with.name()};
}

changed_place action_ports::at(const environment_home& home) const {
  return {pipeline->declared.name.str(), place->name.str(), home.name()};
}

void action_ports::tell(event_body what) const {
  if (listener) listener({time->now(), time->elapsed() - begun, std::move(what)});
}

result<std::unique_ptr<kubernetes::cluster>> action_ports::reopen(std::size_t cluster) const {
  result<open_place> opened = open(cluster);
  if (!opened) return std::move(opened).error();
  return std::move(opened->with);
}

deployment_facts facts_of(const deployment_record& record) {
  deployment_facts facts{record.id,  record.version,    record.commit,
                         record.who, record.generation, record.when};
  for (const auto& [name, image] : record.images) facts.images.emplace(name, oci_text(image.manifest));
  return facts;
}

status check_way(const std::string& subject,
                 deploy_way via,
                 way_feature feature,
                 const std::string& what,
                 std::string help) {
  if (can(via, feature)) return {};
  return error{exit_class::usage,
               subject,
               what,
               "VIA " + std::string(via.view()),
               {{"allowed", "an environment VIA " + ways_with(feature)}, {"try", std::move(help)}}};
}

}  // namespace cicd
