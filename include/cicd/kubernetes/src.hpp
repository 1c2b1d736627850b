// The bodies of kubernetes/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/kubernetes/change_lines.ipp>
#include <cicd/kubernetes/field_path.ipp>
#include <cicd/kubernetes/kinds.ipp>
#include <cicd/kubernetes/object_diff.ipp>
#include <cicd/kubernetes/quantity.ipp>
