// The bodies of kubernetes/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/kubernetes/kinds.ipp>
#include <cicd/kubernetes/object_diff.ipp>
