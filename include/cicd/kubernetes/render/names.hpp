// Names of objects, label values and parts of host names made of texts that are none. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cicd::kubernetes {

/// The name of an object of the branch's preview or canary: `<name>-<slug>-<hash>`, at most `most` characters
/// (63, for a CronJob 52), never the same for two branches.
std::string branch_object_name(std::string_view name, std::string_view branch, std::size_t most);

/// `text` as a label value (at most 63 of `[A-Za-z0-9._-]`, alphanumeric ends); the same text when it is one
/// already, else cut and ended with a hash of the whole, so that two texts never become one.
std::string label_value(std::string_view text);

/// `text` as one part of a host name: at most 40 lower-case letters, digits and `-`; the same text when it is
/// one already, else ended with a hash of the whole. What {slug} stands for, given a branch.
std::string slug_of(std::string_view text);

}  // namespace cicd::kubernetes
