// The time zone database of this machine, for the checks of TIME_ZONE and SCHEDULE.
#pragma once

#include <cicd/declare/model.hpp>

namespace cicd {

/// Zones out of `folder`, with the changes of their clocks in the next two years. A machine without that
/// folder knows nothing of zones: then all are taken as they are.
zone_source zones_of_machine(const std::string& folder = "/usr/share/zoneinfo");

}  // namespace cicd
