// See approver.hpp.
#pragma once

#include <algorithm>
#include <set>

#include <cicd/base/text.hpp>
#include <cicd/deliver/policy/approver.hpp>

namespace cicd {

namespace deliver_policy_approver {
namespace {

std::string small(std::string_view text) {
  std::string made(trimmed(text));
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

/// `ada@example.com`, and `ada` of it; of GitHub's private addresses `ada` of `1+ada`.
void add_address(const std::string& address, std::set<std::string>& to) {
  to.insert(address);
  std::string local = address.substr(0, address.find('@'));
  const auto plus = local.find('+');
  if (plus != local.npos) {
    const bool is_number = plus > 0 && local.find_first_not_of("0123456789") == plus;
    local = is_number ? local.substr(plus + 1) : local.substr(0, plus);
  }
  to.insert(local);
}

std::set<std::string> names_of(const std::string& identity) {
  std::set<std::string> names;
  std::string name = small(identity);
  if (const auto at = name.rfind('<'); at != name.npos && name.ends_with('>')) {
    add_address(name.substr(at + 1, name.size() - at - 2), names);
    name = small(name.substr(0, at));
  }
  names.insert(name);
  // The last part of an ARN, of a service account's or a directory's name.
  const std::string last = name.substr(name.find_last_of("/:") + 1);
  if (last.find('@') != last.npos) add_address(last, names);
  names.insert(last);
  names.erase("");
  return names;
}

}  // namespace
}  // namespace deliver_policy_approver

bool is_same_person(const std::string& one, const std::string& other) {
  using deliver_policy_approver::names_of;
  const std::set<std::string> mine = names_of(one), theirs = names_of(other);
  return std::ranges::any_of(mine, [&](const std::string& each) { return theirs.contains(each); });
}

bool is_by_author(const deployment_approval& approval, const std::string& author) {
  if (author.empty() || is_same_person(approval.who, author)) return true;
  return std::ranges::any_of(approval.persons,
                             [&](const std::string& each) { return is_same_person(each, author); });
}

}  // namespace cicd
