// The bodies of the library, compiled once.
#include <cicd/src.hpp>
