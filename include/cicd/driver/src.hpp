// The bodies of the room driver/: include in exactly one translation unit.
#pragma once

#include <cicd/driver/branch_places.ipp>
#include <cicd/driver/command_line.ipp>
#include <cicd/driver/commands/command.ipp>
#include <cicd/driver/commands/listing.ipp>
#include <cicd/driver/commands/table.ipp>
#include <cicd/driver/commands/words.ipp>
#include <cicd/driver/completion.ipp>
#include <cicd/driver/cron_board.ipp>
#include <cicd/driver/cron_listing.ipp>
#include <cicd/driver/environment_door.ipp>
#include <cicd/driver/followed_job.ipp>
#include <cicd/driver/output.ipp>
#include <cicd/driver/run_command.ipp>
