// The ConfigMaps and Secrets of the cluster that pods read, so that a change of them rolls the pods. It does
// not know who writes them.
#pragma once

#include <string>
#include <vector>

#include <cicd/deliver/cluster/plan.hpp>

namespace cicd {

/// Puts a digest over the data of each that the pods read into `wanted.facts`; adds a sentence to `remarks`
/// for each that is missing, is being deleted or may not be read.
void read_configuration(kubernetes::cluster& with, wanted_release& wanted, std::vector<std::string>& remarks);

}  // namespace cicd
