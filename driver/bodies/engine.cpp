// The bodies of the room engine/, compiled once.
#include <cicd/engine/src.hpp>
