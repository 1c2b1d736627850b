// The bodies of system/, all but those of HTTP, to be included in exactly one translation unit. The order
// is of no importance.
#pragma once

#include <cicd/system/background_process.ipp>
#include <cicd/system/clock.ipp>
#include <cicd/system/connections.ipp>
#include <cicd/system/contained.ipp>
#include <cicd/system/environment.ipp>
#include <cicd/system/file_error.ipp>
#include <cicd/system/files_lock.ipp>
#include <cicd/system/files_paths.ipp>
#include <cicd/system/files_read.ipp>
#include <cicd/system/files_tree.ipp>
#include <cicd/system/files_write.ipp>
#include <cicd/system/in_parallel.ipp>
#include <cicd/system/launch.ipp>
#include <cicd/system/lock_table.ipp>
#include <cicd/system/machine.ipp>
#include <cicd/system/own_file.ipp>
#include <cicd/system/place.ipp>
#include <cicd/system/port_forward.ipp>
#include <cicd/system/process_children.ipp>
#include <cicd/system/process_event_loop.ipp>
#include <cicd/system/process_guard.ipp>
#include <cicd/system/process_orphans.ipp>
#include <cicd/system/process_prepare.ipp>
#include <cicd/system/process_program.ipp>
#include <cicd/system/process_run_to_end.ipp>
#include <cicd/system/process_table.ipp>
#include <cicd/system/process_tree.ipp>
#include <cicd/system/program_file.ipp>
#include <cicd/system/signals_cancel.ipp>
#include <cicd/system/streamed_program.ipp>
#include <cicd/system/tcp_exchange.ipp>
