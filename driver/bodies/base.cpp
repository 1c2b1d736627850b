// The bodies of the room base/, compiled once.
#include <cicd/base/src.hpp>
