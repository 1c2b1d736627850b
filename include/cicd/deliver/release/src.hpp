// The bodies of deliver/release/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/deliver/release/artifact.ipp>
#include <cicd/deliver/release/artifact_store.ipp>
#include <cicd/deliver/release/bundle.ipp>
#include <cicd/deliver/release/bundle_model.ipp>
#include <cicd/deliver/release/run_history.ipp>
