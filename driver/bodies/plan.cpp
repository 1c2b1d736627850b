// The bodies of the room plan/, compiled once.
#include <cicd/plan/src.hpp>
