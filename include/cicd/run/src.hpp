// The bodies of run/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/run/build_memory.ipp>
#include <cicd/run/cache.ipp>
#include <cicd/run/decorators.ipp>
#include <cicd/run/decorators_caching.ipp>
#include <cicd/run/domain.ipp>
#include <cicd/run/event.ipp>
#include <cicd/run/journal.ipp>
#include <cicd/run/loop.ipp>
#include <cicd/run/masked_event.ipp>
#include <cicd/run/process_runner.ipp>
#include <cicd/run/secret_folder.ipp>
#include <cicd/run/secret_runner.ipp>
#include <cicd/run/secret_store.ipp>
#include <cicd/run/secret_store_source.ipp>
#include <cicd/run/step_context.ipp>
#include <cicd/run/step_folder.ipp>
#include <cicd/run/step_home.ipp>
#include <cicd/run/step_program.ipp>
#include <cicd/run/workspace.ipp>
