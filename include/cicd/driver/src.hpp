// The bodies of driver/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/driver/action_output.ipp>
#include <cicd/driver/ci_reports.ipp>
#include <cicd/driver/command_line.ipp>
#include <cicd/driver/command_view.ipp>
#include <cicd/driver/completion.ipp>
#include <cicd/driver/man_pages.ipp>
#include <cicd/driver/output.ipp>
#include <cicd/driver/run_command.ipp>
