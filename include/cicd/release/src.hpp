// The bodies of the room release/: to be included in exactly one translation unit.
// The order is of no importance.
#pragma once

#include <cicd/release/delivery.ipp>
#include <cicd/release/delivery_deploy.ipp>
#include <cicd/release/delivery_publish.ipp>
#include <cicd/release/folder.ipp>
#include <cicd/release/git_client.ipp>
#include <cicd/release/git_text.ipp>
#include <cicd/release/gitops.ipp>
#include <cicd/release/known_contents.ipp>
#include <cicd/release/local_repository.ipp>
#include <cicd/release/manifest_clone.ipp>
#include <cicd/release/record.ipp>
#include <cicd/release/run_index.ipp>
#include <cicd/release/run_summary.ipp>
#include <cicd/release/sqlite.ipp>
