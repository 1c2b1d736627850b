// A new service out of a template: judged as a whole before anything is made, and made as a whole or not at
// all. The record that it leaves (`.cicd-template.json`, docs/contracts/template.md) is what `cicd template
// update` goes by.
#pragma once

#include <string>
#include <vector>

#include <cicd/base/or_errors.hpp>
#include <cicd/declare/parse/template_skeleton.hpp>
#include <cicd/system/environment.hpp>

namespace cicd {

inline constexpr const char* service_record_file = ".cicd-template.json";
inline constexpr int service_record_schema = 1;

/// What a service was made of.
struct service_record {
  std::string made_from;  ///< the template's name
  std::string version;    ///< of the template
  std::string name;       ///< of the service
  declaring::parameter_values parameters;
  std::vector<declaring::service_file> files;  ///< as the template gave them

  std::string text() const;
};
/// Class `corrupt` where the text is none, `usage` where a newer cicd wrote it.
result<service_record> service_record_from(std::string_view text);

struct new_service_request {
  std::string made_from, name;
  std::string in{};                ///< the folder that the service's folder is put into, absolute
  std::vector<std::string> set{};  ///< `key=value`
  bool keeps = false;              ///< go on where there are files, and leave them as they are
  bool makes_repository = true;
};

/// A service that can be made.
struct new_service {
  service_record record;
  std::string folder;                          ///< absolute
  std::vector<declaring::service_file> files;  ///< to be written, the record last
  std::vector<std::string> kept{};             ///< paths that are there and stay
  bool makes_repository = true;
  bool is_in_place = false;  ///< the folder is there and holds something
};

/// All that stands in its way, at once; nothing is made.
or_errors<new_service> plan_service(const new_service_request& request,
                                    const template_source& templates,
                                    const surroundings& around);

/// Makes it: in a folder beside it that is then renamed, so that a kill leaves nothing under the service's
/// name. Into a folder that holds something each missing file is put whole, the record last.
status make_service(const new_service& of, const surroundings& around);

/// The values of `key=value` words for the parameters of a template; what is wrong with them is added to
/// `found`.
declaring::parameter_values given_values(const declaring::pipeline_template& of,
                                         const std::vector<std::string>& set,
                                         errors& found);

}  // namespace cicd
