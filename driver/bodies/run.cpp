// The bodies of the room run/, compiled once.
#include <cicd/run/src.hpp>
