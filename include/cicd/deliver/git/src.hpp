// The bodies of deliver/git/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/deliver/git/git_client.ipp>
#include <cicd/deliver/git/git_text.ipp>
#include <cicd/deliver/git/local_repository.ipp>
