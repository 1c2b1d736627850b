// Who gave an approval, and whether that is the author of the commit. Pure: it compares what was said.
#pragma once

#include <string>

#include <cicd/deliver/records/environment_state.hpp>

namespace cicd {

/// Whether two identities have a name in common: `Ada Lovelace <ada@example.com>`, `ada@example.com`, `ada`,
/// `arn:aws:sts::1:assumed-role/deploy/ada` and `1+ada@users.noreply.github.com` are one person. What they
/// have in common by chance counts, too: a refusal too many is mended by another approver.
bool is_same_person(const std::string& one, const std::string& other);

/// Whether any identity that is known of who approved is the author's; true where the author is not known.
bool is_by_author(const deployment_approval& approval, const std::string& author);

}  // namespace cicd
