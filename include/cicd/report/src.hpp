// The bodies of report/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/report/console.ipp>
#include <cicd/report/console_output.ipp>
#include <cicd/report/failure.ipp>
#include <cicd/report/failure_hints.ipp>
#include <cicd/report/failure_places.ipp>
#include <cicd/report/job_summary.ipp>
#include <cicd/report/junit_read.ipp>
#include <cicd/report/junit_write.ipp>
#include <cicd/report/live_region.ipp>
#include <cicd/report/log_parts.ipp>
#include <cicd/report/markdown.ipp>
#include <cicd/report/moments.ipp>
#include <cicd/report/output_place.ipp>
#include <cicd/report/paths.ipp>
#include <cicd/report/rendering.ipp>
#include <cicd/report/run_totals.ipp>
#include <cicd/report/step_lines.ipp>
#include <cicd/report/test_place.ipp>
#include <cicd/report/test_report.ipp>
#include <cicd/report/test_report_cargo.ipp>
#include <cicd/report/test_report_go.ipp>
#include <cicd/report/text_table.ipp>
