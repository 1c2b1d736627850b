// The bodies of declare/parse/, to be included in exactly one translation unit. The order is of no
// importance.
#pragma once

#include <cicd/declare/parse/compiler_errors.ipp>
#include <cicd/declare/parse/diagnostics.ipp>
#include <cicd/declare/parse/json_calls.ipp>
#include <cicd/declare/parse/list_file.ipp>
#include <cicd/declare/parse/messages.ipp>
#include <cicd/declare/parse/messages_caches.ipp>
#include <cicd/declare/parse/messages_secrets.ipp>
#include <cicd/declare/parse/messages_values.ipp>
#include <cicd/declare/parse/messages_workloads.ipp>
#include <cicd/declare/parse/parser.ipp>
#include <cicd/declare/parse/recorded_call.ipp>
#include <cicd/declare/parse/recorded_call_place.ipp>
#include <cicd/declare/parse/template_adoption.ipp>
#include <cicd/declare/parse/template_parameters.ipp>
#include <cicd/declare/parse/template_skeleton.ipp>
#include <cicd/declare/parse/templates.ipp>
#include <cicd/declare/parse/templates_expanded.ipp>
#include <cicd/declare/parse/typed_sources.ipp>
