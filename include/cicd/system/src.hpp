// The bodies of system/: include this in exactly one translation unit of a program.
// Asio is compiled here and nowhere else.
#pragma once

#include <cicd/system/children.ipp>
#include <cicd/system/clock.ipp>
#include <cicd/system/companion.ipp>
#include <cicd/system/environment.ipp>
#include <cicd/system/event_loop.ipp>
#include <cicd/system/file_error.ipp>
#include <cicd/system/file_lock.ipp>
#include <cicd/system/file_read.ipp>
#include <cicd/system/file_tree.ipp>
#include <cicd/system/file_write.ipp>
#include <cicd/system/http.ipp>
#include <cicd/system/http_message.ipp>
#include <cicd/system/launch.ipp>
#include <cicd/system/machine.ipp>
#include <cicd/system/own_file.ipp>
#include <cicd/system/paths.ipp>
#include <cicd/system/place.ipp>
#include <cicd/system/prepare.ipp>
#include <cicd/system/process_table.ipp>
#include <cicd/system/program.ipp>
#include <cicd/system/run_to_end.ipp>
#include <cicd/system/step_tree.ipp>
#include <cicd/system/strays.ipp>
