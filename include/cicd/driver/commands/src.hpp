// The bodies of driver/commands/, all but the commands themselves, to be included in exactly one translation
// unit. The order is of no importance.
#pragma once

#include <cicd/driver/commands/act_on.ipp>
#include <cicd/driver/commands/adopt_sources.ipp>
#include <cicd/driver/commands/approval_page.ipp>
#include <cicd/driver/commands/artifact_page.ipp>
#include <cicd/driver/commands/branch_places.ipp>
#include <cicd/driver/commands/commit_history.ipp>
#include <cicd/driver/commands/cron_board.ipp>
#include <cicd/driver/commands/cron_listing.ipp>
#include <cicd/driver/commands/doctor_machine.ipp>
#include <cicd/driver/commands/doctor_remotes.ipp>
#include <cicd/driver/commands/doctor_templates.ipp>
#include <cicd/driver/commands/find_environment.ipp>
#include <cicd/driver/commands/find_image.ipp>
#include <cicd/driver/commands/fleet_metrics.ipp>
#include <cicd/driver/commands/fleet_table.ipp>
#include <cicd/driver/commands/followed_job.ipp>
#include <cicd/driver/commands/image_page.ipp>
#include <cicd/driver/commands/image_run.ipp>
#include <cicd/driver/commands/listing.ipp>
#include <cicd/driver/commands/loop_lease.ipp>
#include <cicd/driver/commands/named_environments.ipp>
#include <cicd/driver/commands/reconcile_pass.ipp>
#include <cicd/driver/commands/reconcile_since.ipp>
#include <cicd/driver/commands/reconcile_watch.ipp>
#include <cicd/driver/commands/status_board.ipp>
#include <cicd/driver/commands/status_outlook.ipp>
#include <cicd/driver/commands/status_table.ipp>
#include <cicd/driver/commands/target_page.ipp>
#include <cicd/driver/commands/target_view.ipp>
#include <cicd/driver/commands/tool_version.ipp>
#include <cicd/driver/commands/words.ipp>
