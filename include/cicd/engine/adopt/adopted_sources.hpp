// An existing repository → a declaration for each of its services, with the place that each line comes from,
// and what could not be read. Nothing is written here, nothing is asked: what is ambiguous is an error
// that names the option that decides.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/declare/model.hpp>
#include <cicd/declare/parse/template_skeleton.hpp>
#include <cicd/engine/adopt/facts.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd::source_files {

struct source_request {
  std::string root;  ///< absolute
  /// `value`, or `<folder>=value` where there are several services; of `set`
  /// `[<folder>:]<parameter>=<value>`.
  std::vector<std::string> template_name{}, name{}, port{}, set{}, image{};
  std::vector<std::string> skip{};  ///< folders of projects that are left out
  std::string manifests{};          ///< the folder whose manifests and charts count; empty: all
  std::string declaration{};        ///< the file to declare in; empty: the template's, CMakeLists.txt
  std::string branch{};             ///< that is deployed; empty: main
};

/// A line of a declaration, and where it comes from.
struct line_origin {
  std::string line, from;
};

struct adopted_service {
  std::string folder;  ///< below the root; empty: the root itself
  std::string name, made_from, version;
  std::string why;  ///< the template fits
  std::string declaration;
  std::vector<declaring::service_file> files{};  ///< with paths below the folder, the declaration first
  std::vector<std::string> kept{};               ///< that the template needs, and that are there
  std::vector<line_origin> lines{};
  std::vector<unread_part> unread{};
};

struct adopted_sources {
  std::vector<adopted_service> services{};
  std::vector<unread_part> unread{};  ///< of no service
};

or_errors<adopted_sources> adopt_sources(const source_request& request,
                                         const template_source& templates,
                                         const surroundings& around,
                                         const cancellation& cancelled);

/// Adds a service; those of one folder are declared in one file, each below the other.
void add_service(adopted_sources& to, adopted_service one);
/// Adds what is not there.
void add_new(std::vector<unread_part>& to, const std::vector<unread_part>& all);

/// The declaration is a file beside the others that are written: class `usage` where it is one of them, or a
/// folder of one.
errors colliding(const source_request& request, const adopted_sources& of);

/// Nothing that is there is written over, be it a file or what stands where a folder would be made: class
/// `conflict` with all that is in the way.
errors in_the_way(const source_request& request, const adopted_sources& of);

}  // namespace cicd::source_files
