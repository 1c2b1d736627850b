// The approvals of environments, as text and JSON.
#pragma once

#include <algorithm>

#include <fmt/format.h>

#include <cicd/base/unicode.hpp>
#include <cicd/base/utc.hpp>
#include <cicd/deliver/policy/approval.hpp>
#include <cicd/driver/commands/approval_page.hpp>

namespace cicd {

namespace driver_commands_approval_page {
namespace {

std::string place_text(const changed_place& at) {
  return fmt::format("{} {}, {}", at.pipeline, at.environment, at.cluster);
}

std::string line_of(const approval_row& row, std::chrono::system_clock::time_point now) {
  const deployment_approval& of = row.of;
  const bool is_over = of.expires <= now;
  return fmt::format("{}: {} {} {} {} {} by {} at {}: {}\n", place_text(row.at), short_approval(of),
                     displayable(of.step.empty() ? "a deploy" : of.step), displayable(of.version),
                     is_over ? "expired" : "until", utc_text(of.expires), displayable(of.who),
                     utc_text(of.when), displayable(of.reason));
}

}  // namespace
}  // namespace driver_commands_approval_page

void approval_page::add(const changed_place& at, const std::vector<deployment_approval>& approvals) {
  places.push_back(driver_commands_approval_page::place_text(at));
  for (const deployment_approval& each : approvals) rows.push_back({at, each});
}

std::string text_of(const approval_page& page) {
  using namespace driver_commands_approval_page;
  std::string text;
  for (const std::string& place : page.places) {
    bool is_empty = true;
    for (const approval_row& row : page.rows)
      if (place_text(row.at) == place) text += line_of(row, page.now), is_empty = false;
    if (is_empty) text += place + ": nothing is approved\n";
  }
  return text;
}

json json_of(const approval_page& page) {
  json list(json::array{}), document;
  for (const approval_row& row : page.rows) {
    json one;
    one.set("pipeline", row.at.pipeline).set("environment", row.at.environment);
    one.set("place", row.at.cluster);
    one.set("id", short_approval(row.of));
    const json approval = json_of(row.of);
    for (const auto& [key, value] : approval.members()) one.set(key, value);
    one.set("expired", row.of.expires <= page.now);
    list.push(std::move(one));
  }
  document.set("schema", 1).set("approvals", std::move(list));
  return document;
}

}  // namespace cicd
