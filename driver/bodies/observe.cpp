// The bodies of the room observe/, compiled once.
#include <cicd/observe/src.hpp>
