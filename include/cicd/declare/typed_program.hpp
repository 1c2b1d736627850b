// The program that a C++ file of pipelines becomes: it writes their calls into a file. Standard library only:
// what it takes of the library lies in an archive beside the driver.
#pragma once

#include <vector>

#include <cicd/declare/pipeline.hpp>

namespace cicd {

/// The body of `main`: calls `declare` and writes the lines of its calls (the contract "declarations") into
/// the file that `words[1]` names, and at the end `{"calls":<count>}`. `words[2]` is the C++ file, `words[3]`
/// the folder that relative values are relative to, `words[4]` the folder that it was compiled in, the others
/// those of INCLUDES; all absolute. What an exception says goes to standard error; the status is then 2.
int print_declared(int count, char** words, pipeline (*declare)());
int print_declared(int count, char** words, std::vector<pipeline> (*declare)());

}  // namespace cicd
