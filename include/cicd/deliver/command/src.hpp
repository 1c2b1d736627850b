// The bodies of deliver/command/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/command/programs.ipp>
