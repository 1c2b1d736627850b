// What a backing service is made of, for the keys of the steps that need it. It starts nothing.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/error.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/engine/session.hpp>
#include <cicd/observe/files.hpp>
#include <cicd/plan/key.hpp>
#include <cicd/run/workspace.hpp>

namespace cicd {

/// Its files and variables. Class `usage` where a pattern of INPUTS matches nothing.
result<observed_service> observed_service_of(const backing_service& service,
                                             const declared_pipeline& in,
                                             const session& of,
                                             shared_index& index);
/// The programs whose identity is part of the key: its own and those of TOOLS.
std::vector<std::string> tools_of_service(const backing_service& of);
/// A text that changes with all that decides what a step sees of it: its declaration but for how it is waited
/// for and ended, its files and variables, the digest of its image. Never the port. Class `usage` where its
/// image is not there.
result<std::string> text_of_service(const observed_service& of, const declared_pipeline& in);

}  // namespace cicd
