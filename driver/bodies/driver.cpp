// The bodies of the room driver/, compiled once.
#include <cicd/driver/src.hpp>
