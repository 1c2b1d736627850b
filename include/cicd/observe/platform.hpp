// What a result depends on beside files and tools: the system that programs run on, and what a program starts
// that no declaration named. It does not know what a step is.
#pragma once

#include <string>

namespace cicd {

/// `x86_64, glibc 2.36, debian 12`: the architecture as programs are told it (personality included), the C
/// library, the system's release. The same on two machines on which the same programs do the same.
std::string platform_text();

/// The words of `platform_text` from what the system says; `release` is the text of os-release(5).
std::string platform_text_of(const std::string& architecture,
                             const std::string& library,
                             const std::string& release);

/// Tells this machine from others: its machine-id(5), or its name where it has none.
std::string machine_identity();

/// Whether a program starts others that its own identity does not tell: a shell or another interpreter by its
/// name, a script by its first line. `path` may name no file.
bool starts_unknown_programs(const std::string& path);

}  // namespace cicd
