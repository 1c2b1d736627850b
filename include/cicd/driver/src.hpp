// The bodies of the room driver/: include in exactly one translation unit.
#pragma once

#include <cicd/driver/adopt_command.ipp>
#include <cicd/driver/branch_commands.ipp>
#include <cicd/driver/branch_places.ipp>
#include <cicd/driver/canary_commands.ipp>
#include <cicd/driver/cluster_commands.ipp>
#include <cicd/driver/command_line.ipp>
#include <cicd/driver/completion.ipp>
#include <cicd/driver/cron_board.ipp>
#include <cicd/driver/cron_commands.ipp>
#include <cicd/driver/cron_listing.ipp>
#include <cicd/driver/doctor_command.ipp>
#include <cicd/driver/environment_commands.ipp>
#include <cicd/driver/environment_door.ipp>
#include <cicd/driver/followed_job.ipp>
#include <cicd/driver/job_commands.ipp>
#include <cicd/driver/output.ipp>
#include <cicd/driver/preview_commands.ipp>
#include <cicd/driver/run_command.ipp>
#include <cicd/driver/show_commands.ipp>
#include <cicd/driver/task_command.ipp>
