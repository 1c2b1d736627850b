// The bodies of the room deliver/: to be included in exactly one translation unit.
// The order is of no importance.
#pragma once

#include <cicd/deliver/ways.ipp>
