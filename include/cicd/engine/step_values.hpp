// The values that a step leaves, between its folder and the secrets of the run.
#pragma once

#include <map>
#include <string>

#include <cicd/base/error.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/run/runner.hpp>
#include <cicd/run/secret_store.hpp>

namespace cicd {

/// `database/apply password`: by what the store knows what a step left.
std::string name_of_secret_value(const graph_step& step, const std::string& name);
/// The secret ones are masked from now on. Whether all are known that the step may have printed; what is
/// wrong with them `take_values` says.
bool learn_secret_values(const task& work, secret_store& secrets);
/// Those that are not secret, of a step that succeeded; the file is gone afterwards.
result<std::map<std::string, std::string>> take_values(const task& work, bool is_good, secret_store& secrets);

/// Removes what steps with SECRET_OUTPUT_VALUES left whose driver was killed, and ends what they started.
void sweep_secret_values(const session& of, const step_graph& graph, const std::string& holder);

}  // namespace cicd
