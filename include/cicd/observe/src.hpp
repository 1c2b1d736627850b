// The bodies of observe/: the file index with its parts, git, and tools.
// Included in exactly one translation unit.
#pragma once

#include <cicd/observe/ci_azure.ipp>
#include <cicd/observe/ci_bitbucket.ipp>
#include <cicd/observe/ci_buildkite.ipp>
#include <cicd/observe/ci_circle.ipp>
#include <cicd/observe/ci_drone.ipp>
#include <cicd/observe/ci_event.ipp>
#include <cicd/observe/ci_github.ipp>
#include <cicd/observe/ci_gitlab.ipp>
#include <cicd/observe/ci_jenkins.ipp>
#include <cicd/observe/ci_travis.ipp>
#include <cicd/observe/ci_variables.ipp>
#include <cicd/observe/ci_woodpecker.ipp>
#include <cicd/observe/crew.ipp>
#include <cicd/observe/file_content.ipp>
#include <cicd/observe/file_gather.ipp>
#include <cicd/observe/files.ipp>
#include <cicd/observe/folder_store.ipp>
#include <cicd/observe/folder_view.ipp>
#include <cicd/observe/folder_walk.ipp>
#include <cicd/observe/git.ipp>
#include <cicd/observe/git_listing.ipp>
#include <cicd/observe/git_program.ipp>
#include <cicd/observe/index_image.ipp>
#include <cicd/observe/maven_settings.ipp>
#include <cicd/observe/platform.ipp>
#include <cicd/observe/query_match.ipp>
#include <cicd/observe/source_identity.ipp>
#include <cicd/observe/stamps.ipp>
#include <cicd/observe/tools.ipp>
