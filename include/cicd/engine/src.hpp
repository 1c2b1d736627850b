// The bodies of engine/, to be included in exactly one translation unit. The order is of no importance.
#pragma once

#include <cicd/engine/action_record.ipp>
#include <cicd/engine/call_places.ipp>
#include <cicd/engine/caller_folder.ipp>
#include <cicd/engine/declared_lines.ipp>
#include <cicd/engine/failed_step.ipp>
#include <cicd/engine/found_templates.ipp>
#include <cicd/engine/image_inputs.ipp>
#include <cicd/engine/image_step.ipp>
#include <cicd/engine/lock_update.ipp>
#include <cicd/engine/new_service.ipp>
#include <cicd/engine/observer.ipp>
#include <cicd/engine/plan_of.ipp>
#include <cicd/engine/project.ipp>
#include <cicd/engine/recorder.ipp>
#include <cicd/engine/rehearsal.ipp>
#include <cicd/engine/run.ipp>
#include <cicd/engine/run_execution.ipp>
#include <cicd/engine/secret_guard.ipp>
#include <cicd/engine/session.ipp>
#include <cicd/engine/step_function.ipp>
#include <cicd/engine/template_update.ipp>
#include <cicd/engine/time_zones.ipp>
#include <cicd/engine/typed_program.ipp>
#include <cicd/engine/typed_sources.ipp>
