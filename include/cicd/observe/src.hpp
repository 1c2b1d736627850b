// The bodies of observe/: the file index with its parts, git, and tools.
// Included in exactly one translation unit.
#pragma once

#include <cicd/observe/ci_event.ipp>
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
#include <cicd/observe/file_content.ipp>
#include <cicd/observe/file_gather.ipp>
#include <cicd/observe/file_stamps.ipp>
#include <cicd/observe/files.ipp>
#include <cicd/observe/folder_store.ipp>
#include <cicd/observe/folder_view.ipp>
#include <cicd/observe/folder_walk.ipp>
#include <cicd/observe/git.ipp>
#include <cicd/observe/git_listing.ipp>
#include <cicd/observe/git_program.ipp>
#include <cicd/observe/index_format.ipp>
#include <cicd/observe/platform.ipp>
#include <cicd/observe/query_match.ipp>
#include <cicd/observe/source_identity.ipp>
#include <cicd/observe/thread_pool.ipp>
#include <cicd/observe/tools.ipp>
#include <cicd/observe/tools_maven_settings.ipp>
