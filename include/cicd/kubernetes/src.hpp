// The bodies of the room kubernetes/: to be included in exactly one translation unit.
// The order is of no importance.
#pragma once

#include <cicd/kubernetes/names.ipp>
#include <cicd/kubernetes/objects.ipp>
#include <cicd/kubernetes/pods.ipp>
#include <cicd/kubernetes/yaml.ipp>
