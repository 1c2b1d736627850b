// The bodies of the room driver/: include in exactly one translation unit.
#pragma once

#include <cicd/driver/command_line.ipp>
#include <cicd/driver/completion.ipp>
#include <cicd/driver/image_step.ipp>
#include <cicd/driver/observer.ipp>
#include <cicd/driver/recorder.ipp>
#include <cicd/driver/run_command.ipp>
#include <cicd/driver/session.ipp>
#include <cicd/driver/show_commands.ipp>
