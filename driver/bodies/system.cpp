// The bodies of the room system/, compiled once.
#include <cicd/system/src.hpp>
