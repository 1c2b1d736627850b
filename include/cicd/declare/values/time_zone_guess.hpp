// Which zone of the time zone database is meant by what people write in its place: an abbreviation, a city,
// an offset, Windows' name. Text only: whether a zone is there is not known here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cicd {

/// `America/Los_Angeles` for `PST`, `Etc/GMT-2` for `UTC+2`; empty where nothing is known by that text.
std::string zone_meant_by(std::string_view text);
/// The same; else the zone of `names` whose city it is, else the nearest of them.
std::string zone_meant_by(std::string_view text, std::span<const std::string> names);

}  // namespace cicd
