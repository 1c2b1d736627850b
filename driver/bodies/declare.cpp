// The bodies of the room declare/, compiled once.
#include <cicd/declare/src.hpp>
