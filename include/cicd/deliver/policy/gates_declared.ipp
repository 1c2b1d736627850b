// Gates as words, and which of two is weaker.
#pragma once

#include <algorithm>
#include <string_view>

#include <cicd/base/text.hpp>
#include <cicd/deliver/policy/gates_declared.hpp>

namespace cicd {

namespace deliver_policy_gates_declared {
namespace {

using words = std::vector<std::string>;

template <typename List>
void add(std::vector<words>& to, const char* keyword, const List& values) {
  words made{keyword};
  for (const auto& each : values) {
    if constexpr (requires { each.text(); })
      made.push_back(each.text());
    else
      made.push_back(each.str());
  }
  if (made.size() > 1) to.push_back(std::move(made));
}

constexpr std::string_view before_digest = "@sha256:";

/// `key`, and each file with the digest of what it holds, as far as that is known.
words words_of_signature(const environment& place, const key_digests& keys) {
  words made{"VERIFY_SIGNATURE"};
  for (const text& each : place.verify_signature) {
    const auto known = made.size() > 1 && made[1] == "key" ? keys.find(each.str()) : keys.end();
    made.push_back(each.str() + (known == keys.end() ? std::string() : "@" + known->second));
  }
  return made;
}

std::vector<words> words_of(const environment& place, const key_digests& keys) {
  std::vector<words> all;
  if (place.approval == approval_rule::required) all.push_back({"APPROVAL", "required"});
  if (place.approval == approval_rule::other) all.push_back({"APPROVAL", "other"});
  // Its merge is the approval.
  if (place.pull_request != forge_kind::none) all.push_back({"PULL_REQUEST"});
  if (place.is_protected) all.push_back({"PROTECTED"});
  add(all, "FROM", place.from);
  if (!place.pin.empty()) all.push_back({"PIN", place.pin.str()});
  if (place.same_config) all.push_back({"SAME_CONFIG"});
  if (place.soak) all.push_back({"SOAK", place.soak.text()});
  add(all, "WINDOW", place.window);
  if (!place.window.empty()) all.push_back({"TIME_ZONE", place.time_zone ? place.time_zone.str() : "UTC"});
  add(all, "AWAIT", place.await);
  add(all, "UPSTREAM", place.upstream);
  if (!place.verify_signature.empty()) all.push_back(words_of_signature(place, keys));
  add(all, "GATE", place.gate);
  add(all, "VERIFY", place.verify);
  return all;
}

/// The choices of `mine` are at least as narrow: each that is asked for has one of mine within it.
bool asks_no_less_from(const words& mine, const words& wanted) {
  return std::all_of(wanted.begin() + 1, wanted.end(), [&](const std::string& one) {
    const words any = split(one, '|');
    return std::any_of(mine.begin() + 1, mine.end(), [&](const std::string& other) {
      const words mine_any = split(other, '|');
      return std::ranges::all_of(
          mine_any, [&](const std::string& each) { return std::ranges::find(any, each) != any.end(); });
    });
  });
}

/// Each image that is asked for is one of mine.
bool awaits_no_less(const words& mine, const words& wanted) {
  return std::all_of(wanted.begin() + 1, wanted.end(),
                     [&](const std::string& one) { return std::ranges::find(mine, one) != mine.end(); });
}

/// What was remembered before digests were is a name.
bool is_same_key(const std::string& mine, const std::string& wanted) {
  const std::size_t digest_of_mine = mine.rfind(before_digest), digest = wanted.rfind(before_digest);
  if (digest == wanted.npos) return mine.substr(0, digest_of_mine) == wanted;
  return digest_of_mine != mine.npos && mine.substr(digest_of_mine) == wanted.substr(digest);
}

/// No other key will do than those that are asked for.
bool trusts_no_more(const words& mine, const words& wanted) {
  return mine.size() > 2 && wanted.size() > 2 && mine[1] == "key" && wanted[1] == "key"
         && std::all_of(mine.begin() + 2, mine.end(), [&](const std::string& one) {
              return std::any_of(wanted.begin() + 2, wanted.end(),
                                 [&](const std::string& other) { return is_same_key(one, other); });
            });
}

/// The local times of a week at which one of the windows is open, a flag for each minute.
std::vector<bool> minutes_of(const words& windows) {
  std::vector<bool> open(7 * 24 * 60);
  for (std::size_t at = 1; at < windows.size(); ++at)
    if (const std::optional<time_window> window = time_window::parse(windows[at]))
      for (int minute = 0; minute < static_cast<int>(open.size()); ++minute) {
        const local_time local{.hour = minute / 60 % 24, .minute = minute % 60, .weekday = minute / 1440};
        if (window->holds(local)) open[static_cast<std::size_t>(minute)] = true;
      }
  return open;
}

bool opens_no_longer(const words& mine, const words& wanted) {
  const std::vector<bool> one = minutes_of(mine), other = minutes_of(wanted);
  for (std::size_t at = 0; at < one.size(); ++at)
    if (one[at] && !other[at]) return false;
  return true;
}

bool is_no_weaker(const words& mine, const words& wanted) {
  const std::string& keyword = wanted.front();
  if (mine == wanted) return true;
  if (keyword == "APPROVAL") return mine.back() == "other";
  if (keyword == "AWAIT") return awaits_no_less(mine, wanted);
  if (keyword == "VERIFY_SIGNATURE") return trusts_no_more(mine, wanted);
  if (keyword == "FROM") return asks_no_less_from(mine, wanted);
  if (keyword == "SOAK" && mine.size() == 2 && wanted.size() == 2 && duration::accepts(wanted[1]))
    return duration::from(mine[1]).milliseconds() >= duration::from(wanted[1]).milliseconds();
  if (keyword == "WINDOW") return opens_no_longer(mine, wanted);
  return false;
}

const words* of_keyword(const std::vector<words>& all, const std::string& keyword) {
  const auto found = std::ranges::find_if(all, [&](const words& each) { return each.front() == keyword; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace
}  // namespace deliver_policy_gates_declared

std::optional<declared_gates> gates_of(const declared_at& of, const std::optional<declared_gates>& before) {
  using namespace deliver_policy_gates_declared;
  declared_gates made{.commit = of.commit, .committed = of.committed};
  for (words& each : words_of(of.place, of.keys)) {
    std::string since = of.commit;
    if (before) {
      const auto known = std::ranges::find(before->gates, each, &declared_gates::gate::words);
      if (known != before->gates.end()) since = known->since;
    }
    made.gates.push_back({std::move(each), std::move(since)});
  }
  if (made.gates.empty()) return std::nullopt;
  return made;
}

std::vector<weakened_gate> weakened_in(const environment& place,
                                       const declared_gates& newest,
                                       const key_digests& keys) {
  using namespace deliver_policy_gates_declared;
  const std::vector<words> mine = words_of(place, keys);
  std::vector<weakened_gate> all;
  for (const declared_gates::gate& each : newest.gates) {
    if (each.words.empty()) continue;
    const words* own = of_keyword(mine, each.words.front());
    if (own != nullptr && is_no_weaker(*own, each.words)) continue;
    all.push_back({joined(each.words, " "), own == nullptr ? std::string() : joined(*own, " "), each.since});
  }
  return all;
}

}  // namespace cicd
