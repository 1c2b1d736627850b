// The bodies of declare/: include this in exactly one translation unit of a program.
// A `pipeline.cpp` needs none of them but interned.ipp.
#pragma once

#include <cicd/declare/check/checks.ipp>
#include <cicd/declare/check/checks_between.ipp>
#include <cicd/declare/check/checks_environment.ipp>
#include <cicd/declare/check/checks_paths.ipp>
#include <cicd/declare/check/checks_workload.ipp>
#include <cicd/declare/check/finish.ipp>
#include <cicd/declare/check/overrides_of.ipp>
#include <cicd/declare/deploy_ways.ipp>
#include <cicd/declare/explain/cmake_words.ipp>
#include <cicd/declare/explain/declared_values.ipp>
#include <cicd/declare/explain/explain.ipp>
#include <cicd/declare/explain/explain_reference.ipp>
#include <cicd/declare/explain/text_page.ipp>
#include <cicd/declare/model.ipp>
#include <cicd/declare/options/fields_docs.ipp>
#include <cicd/declare/options/options.ipp>
#include <cicd/declare/parse/diagnostics.ipp>
#include <cicd/declare/parse/messages.ipp>
#include <cicd/declare/parse/messages_workloads.ipp>
#include <cicd/declare/parse/parser.ipp>
#include <cicd/declare/parse/recorded_call.ipp>
#include <cicd/declare/parse/suggestions.ipp>
#include <cicd/declare/parse/suggestions_workloads.ipp>
#include <cicd/declare/parse/templates.ipp>
#include <cicd/declare/placeholders.ipp>
#include <cicd/declare/targets.ipp>
#include <cicd/declare/values/literal_interned.ipp>
#include <cicd/declare/values/schedule.ipp>
#include <cicd/declare/values/time_zone.ipp>
