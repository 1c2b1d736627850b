// The bodies of declare/: include this in exactly one translation unit of a program.
// A `pipeline.cpp` needs none of them but interned.ipp.
#pragma once

#include <cicd/declare/call.ipp>
#include <cicd/declare/checks.ipp>
#include <cicd/declare/checks_between.ipp>
#include <cicd/declare/checks_environment.ipp>
#include <cicd/declare/checks_paths.ipp>
#include <cicd/declare/checks_workload.ipp>
#include <cicd/declare/cron_clock.ipp>
#include <cicd/declare/declared_values.ipp>
#include <cicd/declare/deploy_ways.ipp>
#include <cicd/declare/describe.ipp>
#include <cicd/declare/explain.ipp>
#include <cicd/declare/field_docs.ipp>
#include <cicd/declare/findings.ipp>
#include <cicd/declare/handover.ipp>
#include <cicd/declare/interned.ipp>
#include <cicd/declare/mended.ipp>
#include <cicd/declare/mended_workloads.ipp>
#include <cicd/declare/model.ipp>
#include <cicd/declare/options.ipp>
#include <cicd/declare/page.ipp>
#include <cicd/declare/placeholders.ipp>
#include <cicd/declare/reading.ipp>
#include <cicd/declare/reference.ipp>
#include <cicd/declare/service_in.ipp>
#include <cicd/declare/template_data.ipp>
#include <cicd/declare/time_zone.ipp>
#include <cicd/declare/wording.ipp>
#include <cicd/declare/wording_workloads.ipp>
#include <cicd/declare/words.ipp>
