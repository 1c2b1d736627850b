// The bodies of this folder, once in a program.
#pragma once

#include <cicd/export/ci_file.ipp>
#include <cicd/export/ci_file_buildkite.ipp>
#include <cicd/export/ci_file_circle.ipp>
#include <cicd/export/ci_file_drone.ipp>
#include <cicd/export/ci_file_github.ipp>
#include <cicd/export/ci_file_gitlab.ipp>
#include <cicd/export/ci_file_jenkins.ipp>
#include <cicd/export/ci_gate.ipp>
#include <cicd/export/ci_jobs.ipp>
#include <cicd/export/ci_lines.ipp>
#include <cicd/export/ci_moment.ipp>
#include <cicd/export/ci_pins.ipp>
