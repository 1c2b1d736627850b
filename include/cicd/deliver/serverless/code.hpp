// The code of functions brought to where it runs: into AWS, or unpacked into the build tree. What is to run
// is said by files, which the state keeps, so that what ran before can be put back from them alone.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <cicd/declare/model.hpp>
#include <cicd/deliver/asked_program.hpp>
#include <cicd/deliver/policy/gate.hpp>
#include <cicd/deliver/way.hpp>
#include <cicd/system/clock.hpp>
#include <cicd/system/environment.hpp>
#include <cicd/system/process.hpp>

namespace cicd {

using file_map = std::map<std::string, std::string>;

/// `<function>.function.json` for each zip: its place, its digest and the functions in AWS that run it; and,
/// where `serverless` deploys it, CONFIG with the zips in it. `config_files` are by their path below the
/// sources. Class `usage`: CONFIG says something that cannot be.
result<file_map> files_of_functions(const declared_pipeline& pipeline,
                                    const environment& place,
                                    const std::vector<wanted_image>& zips,
                                    const file_map& config_files);

/// STAGE_NAME, else the environment's name.
std::string stage_of(const environment& place);
/// Whether a file is a CONFIG, and not what says the code of a function.
bool is_config(std::string_view file);

struct code_request {
  const environment& place;
  const environment& packaged;  ///< whose package it is: the place itself, or with PACKAGE the first one
  std::string pipeline, subject;
  const file_map& files;
  std::string bucket;   ///< the folder that stands for a bucket
  std::string folder;   ///< where functions are unpacked without AWS
  std::string scratch;  ///< of this deploy, removed afterwards
  std::string run;      ///< its id, which the program is told
  const surroundings& around;
  const clock& time;
  const cancellation* cancelled = nullptr;
  say_line say{};
  text_mask masked{};  ///< of what its program prints
};

/// Brings it there, and reads back that it is: `CodeSha256` of each function in AWS is the zip's. Nothing is
/// changed before all zips and all functions are found. Class `remote`: AWS refuses, or the code there is
/// another afterwards; with what was done already.
status bring_code(const permit& allowed, const code_request& what);

/// The program that deploys CONFIG; class `usage` where there is none.
result<std::string> serverless_program(const surroundings& around);

}  // namespace cicd
