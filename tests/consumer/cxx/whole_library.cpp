// The bodies of the whole library, in one translation unit.
#include <cicd/cicd.hpp>
#include <cicd/src.hpp>
