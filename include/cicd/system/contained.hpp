// A program that runs in a network of its own, reached by a port of ours: this executable once more, which
// starts it and passes on what comes to that port. It does not know what a container is.
#pragma once

#include <string>
#include <vector>

namespace cicd {

/// The words by which `program` is started so: it writes the id of the process in the other network to
/// `id_file`; what comes to `port` of the loopback address here goes to `inner_port` of the loopback address
/// there. Its end is that of the program.
std::vector<std::string> words_of_contained(const std::vector<std::string>& program,
                                            const std::string& id_file,
                                            int port,
                                            int inner_port);

/// Where this process was started so: does its work, and never returns. For prepare_process() alone.
void contain_where_asked(const std::vector<std::string>& words);

}  // namespace cicd
