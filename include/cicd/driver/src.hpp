// The bodies of the room driver/: include in exactly one translation unit.
#pragma once

#include <cicd/driver/command_line.ipp>
#include <cicd/driver/commands/branch_places.ipp>
#include <cicd/driver/commands/command.ipp>
#include <cicd/driver/commands/cron_board.ipp>
#include <cicd/driver/commands/cron_listing.ipp>
#include <cicd/driver/commands/find_environment.ipp>
#include <cicd/driver/commands/followed_job.ipp>
#include <cicd/driver/commands/listing.ipp>
#include <cicd/driver/commands/table.ipp>
#include <cicd/driver/commands/words.ipp>
#include <cicd/driver/completion.ipp>
#include <cicd/driver/output.ipp>
#include <cicd/driver/run_command.ipp>
