// The bodies of report/scan/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/report/scan/baseline.ipp>
#include <cicd/report/scan/finding.ipp>
#include <cicd/report/scan/merged_sarif.ipp>
#include <cicd/report/scan/readers.ipp>
#include <cicd/report/scan/readers_audit.ipp>
#include <cicd/report/scan/readers_text.ipp>
#include <cicd/report/scan/readers_xml.ipp>
#include <cicd/report/scan/sarif.ipp>
#include <cicd/report/scan/scan_result_json.ipp>
#include <cicd/report/scan/scan_table.ipp>
#include <cicd/report/scan/verdict.ipp>
