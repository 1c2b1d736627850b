// The bodies of observe/, those of the file index, to be included in exactly one translation unit. The
// order is of no importance.
#pragma once

#include <cicd/observe/docker_ignore.ipp>
#include <cicd/observe/file_content.ipp>
#include <cicd/observe/file_gather.ipp>
#include <cicd/observe/file_stamps.ipp>
#include <cicd/observe/files.ipp>
#include <cicd/observe/folder_store.ipp>
#include <cicd/observe/folder_view.ipp>
#include <cicd/observe/folder_walk.ipp>
#include <cicd/observe/git_listing.ipp>
#include <cicd/observe/index_format.ipp>
#include <cicd/observe/query_match.ipp>
#include <cicd/observe/thread_pool.ipp>
