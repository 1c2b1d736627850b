// The tests of a step with SHARD_BY: which there are, how long each took, and which of them a shard is given.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/placeholders.hpp>
#include <cicd/deliver/records/test_history.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/plan/key.hpp>
#include <cicd/plan/shards.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// The inputs that SHARD_BY matches, less SHARD_BELOW, each with the time of the tests that are in it by
/// their names: `tests.orders_test.closes` is in `tests/orders_test.py`, `dev.shop.OrdersTest.closes` in
/// `src/test/java/dev/shop/OrdersTest.java`.
std::vector<timed_test> tests_to_split(const step& of,
                                       const file_set& inputs,
                                       const std::vector<test_history>& known);

/// What each shard of a build tree is given. Times change with each run: where the inputs of a step are those
/// that it was split for last, that split stays, so that no shard runs again only because others took longer.
class shard_parts {
 public:
  /// By the times and the splits of `where`, which may be another build tree than the one that is looked at:
  /// then nothing is written down.
  shard_parts(const workspace& where, bool remembers) : where_(where), remembers_(remembers) {}

  /// All shards of that step are looked at. Where machines run one each, times alone decide, since those are
  /// what the machines share.
  void look_at_all(const std::string& id) { whole_.insert(id); }
  /// The part of a shard: into what was `seen` of it, and as `values` of its placeholders. An error where
  /// there is no test at all, or one whose name cannot be handed over.
  std::optional<error> take(const graph_step& about, observed_step& seen, placeholder_values& values);

 private:
  using split = std::vector<std::vector<std::string>>;
  split split_of(const std::string& id,
                 const step& declared,
                 const file_set& inputs,
                 const std::vector<timed_test>& tests) const;

  const workspace& where_;
  bool remembers_;
  std::set<std::string> whole_;
  std::map<std::string, split> parts_;  ///< by the step that is split
};

/// The words of COMMAND with their placeholders replaced: `{shard.tests}` is a word for each test.
std::vector<std::string> words_of_command(const step& declared,
                                          const observed_step& seen,
                                          const placeholder_values& values);

}  // namespace cicd
