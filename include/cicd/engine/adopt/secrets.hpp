// What looks like a secret in the files of others: by the name of a value, or within it. It does not know
// where the value stands.
#pragma once

#include <string>
#include <string_view>

#include <cicd/engine/adopt/facts.hpp>

namespace cicd::source_files {

/// Whether a value that is not empty looks like a secret: its name says so, or it holds one.
bool is_secret(std::string_view name, std::string_view value);
/// A login in a URL, a private key, or `Password=…` within the text; what a variable stands for is none.
bool holds_secret(std::string_view text);

/// `what` looks like a secret: that it is not taken, and how it is said instead.
unread_part secret_at(std::string where, std::string_view what, std::string_view name);

}  // namespace cicd::source_files
