// The bodies of the room kubernetes/, compiled once.
#include <cicd/kubernetes/src.hpp>
