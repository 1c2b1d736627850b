// The bodies of the room release/, compiled once.
#include <cicd/release/src.hpp>
