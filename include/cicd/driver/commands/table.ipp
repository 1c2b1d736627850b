// The table of commands: a line each, in the order in which `cicd --help` lists them. Adding one is its file
// and its line here.
#pragma once

// clang-format off
#include <cicd/driver/commands/run.ipp>
#include <cicd/driver/commands/plan.ipp>
#include <cicd/driver/commands/status.ipp>
#include <cicd/driver/commands/history.ipp>
#include <cicd/driver/commands/logs.ipp>
#include <cicd/driver/commands/explain.ipp>
#include <cicd/driver/commands/new.ipp>
#include <cicd/driver/commands/template.ipp>
#include <cicd/driver/commands/update.ipp>
#include <cicd/driver/commands/scan.ipp>
#include <cicd/driver/commands/cache.ipp>
#include <cicd/driver/commands/completion.ipp>
#include <cicd/driver/commands/help_targets.ipp>
#include <cicd/driver/commands/describe.ipp>
#include <cicd/driver/commands/complete.ipp>
#include <cicd/driver/commands/reference.ipp>
#include <cicd/driver/commands/triggers.ipp>
#include <cicd/driver/commands/tag.ipp>
#include <cicd/driver/commands/promote.ipp>
#include <cicd/driver/commands/reconcile.ipp>
#include <cicd/driver/commands/notes.ipp>
#include <cicd/driver/commands/rollback.ipp>
#include <cicd/driver/commands/artifacts.ipp>
#include <cicd/driver/commands/yank.ipp>
#include <cicd/driver/commands/image.ipp>
#include <cicd/driver/commands/hold.ipp>
#include <cicd/driver/commands/approve.ipp>
#include <cicd/driver/commands/verify.ipp>
#include <cicd/driver/commands/deploy.ipp>
#include <cicd/driver/commands/notify.ipp>
#include <cicd/driver/commands/cron.ipp>
#include <cicd/driver/commands/task.ipp>
#include <cicd/driver/commands/with.ipp>
#include <cicd/driver/commands/export.ipp>
#include <cicd/driver/commands/preview.ipp>
#include <cicd/driver/commands/canary.ipp>
#include <cicd/driver/commands/adopt.ipp>
#include <cicd/driver/commands/doctor.ipp>
// clang-format on
