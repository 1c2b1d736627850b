// The bodies of the room report/, compiled once.
#include <cicd/report/src.hpp>
