// The bodies of observe/, all but those of the file index, to be included in exactly one translation unit.
// The order is of no importance.
#pragma once

#include <cicd/observe/change_base.ipp>
#include <cicd/observe/changed_lines.ipp>
#include <cicd/observe/ci_event.ipp>
#include <cicd/observe/ci_event_kind.ipp>
#include <cicd/observe/ci_log.ipp>
#include <cicd/observe/ci_masks.ipp>
#include <cicd/observe/ci_variables.ipp>
#include <cicd/observe/ci_variables_azure.ipp>
#include <cicd/observe/ci_variables_bitbucket.ipp>
#include <cicd/observe/ci_variables_buildkite.ipp>
#include <cicd/observe/ci_variables_circle.ipp>
#include <cicd/observe/ci_variables_drone.ipp>
#include <cicd/observe/ci_variables_github.ipp>
#include <cicd/observe/ci_variables_gitlab.ipp>
#include <cicd/observe/ci_variables_jenkins.ipp>
#include <cicd/observe/ci_variables_travis.ipp>
#include <cicd/observe/ci_variables_woodpecker.ipp>
#include <cicd/observe/commit_graph.ipp>
#include <cicd/observe/configured_files.ipp>
#include <cicd/observe/git.ipp>
#include <cicd/observe/git_commits.ipp>
#include <cicd/observe/git_history.ipp>
#include <cicd/observe/git_program.ipp>
#include <cicd/observe/git_settings.ipp>
#include <cicd/observe/git_state.ipp>
#include <cicd/observe/maven_modules.ipp>
#include <cicd/observe/maven_snapshots.ipp>
#include <cicd/observe/named_paths.ipp>
#include <cicd/observe/platform.ipp>
#include <cicd/observe/source_identity.ipp>
#include <cicd/observe/tools.ipp>
#include <cicd/observe/tools_maven_settings.ipp>
#include <cicd/observe/tracked_paths.ipp>
