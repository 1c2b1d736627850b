// The bodies of the room deliver/, compiled once.
#include <cicd/deliver/src.hpp>
