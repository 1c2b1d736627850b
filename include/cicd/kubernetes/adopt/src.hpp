// The bodies of kubernetes/adopt/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/kubernetes/adopt/adopt.ipp>
#include <cicd/kubernetes/adopt/adopt_pods.ipp>
#include <cicd/kubernetes/adopt/adopt_refused.ipp>
#include <cicd/kubernetes/adopt/calls.ipp>
#include <cicd/kubernetes/adopt/normalized.ipp>
#include <cicd/kubernetes/adopt/proof.ipp>
