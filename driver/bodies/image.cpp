// The bodies of the room image/, compiled once.
#include <cicd/image/src.hpp>
