// What is told of a run, without its secrets: every text of an event, whichever part made it.
#pragma once

#include <cicd/base/secret_finder.hpp>
#include <cicd/run/event.hpp>

namespace cicd {

error masked(error of, const secret_finder& by);
event_body masked(event_body of, const secret_finder& by);

}  // namespace cicd
