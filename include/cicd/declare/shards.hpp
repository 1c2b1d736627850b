// A step with SHARDS as the steps that it becomes: one for each part, and one of its own name that comes
// after them.
#pragma once

#include <string>
#include <vector>

#include <cicd/declare/steps.hpp>

namespace cicd {

/// Whether the step is the one that comes after its shards, and runs nothing itself.
bool joins_shards(const step& of);
/// `test-2`
std::string name_of_shard(std::string_view step, unsigned shard);
/// By what tests of a step are known: `orders/test` for `orders/test-2`, the shard of it.
std::string without_shard(const std::string& id, const step& of);
/// The shards, then the step that comes after them; the step itself where it has none.
std::vector<step> with_shards(const step& declared);
/// A step of these as it was declared: of one that comes after its shards what they were made of.
step as_declared(const step& of, const std::vector<step>& all);

}  // namespace cicd
