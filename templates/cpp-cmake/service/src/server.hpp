// Answers requests on a port until it is told to end. It knows no route.
#pragma once

namespace @@name_snake@@ {

/// Until TERM or INT, and until the requests that run then have ended, which takes at most five seconds. The signals have to be blocked in all
/// threads. Throws std::system_error where the port cannot be taken.
void serve(int port);

}  // namespace @@name_snake@@
