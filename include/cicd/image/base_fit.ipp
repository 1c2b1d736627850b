// What is laid on a base, against what it has.
#pragma once

#include <cicd/image/base_fit.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <cicd/base/text.hpp>
#include <cicd/image/errors.hpp>
#include <cicd/image/image_config.hpp>
#include <cicd/image/layer_items.hpp>
#include <cicd/image/sbom/elf.hpp>
#include <cicd/system/files.hpp>

namespace cicd {

namespace image_base_fit {
namespace {

/// The whole number that a text begins with; 0 where it begins with none.
int number_at(std::string_view text) {
  int number = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// `3.11` of `usr/lib/python3.11/…` and the like; empty for other paths.
std::string python_of_packages(std::string_view path) {
  const auto packages = path.find("/site-packages/");
  constexpr std::string_view name = "/python";
  if (packages == path.npos) return {};
  const auto slash = path.rfind('/', packages - 1);
  const std::string_view part =
      slash == path.npos ? path.substr(0, packages) : path.substr(slash, packages - slash);
  if (!part.starts_with(name) || part.find('.') == part.npos) return {};
  return std::string(part.substr(name.size()));
}

/// `3.11` of `x.cpython-311-x86_64-linux-gnu.so`, an extension that this version alone loads.
std::string python_of_extension(std::string_view path) {
  constexpr std::string_view start = ".cpython-3";
  const auto at = path.find(start);
  if (at == path.npos || !path.ends_with(".so")) return {};
  const int minor = number_at(path.substr(at + start.size()));
  return minor > 0 ? fmt::format("3.{}", minor) : std::string();
}

/// The version of an interpreter by its path: `usr/bin/python3.11`.
std::string python_of_program(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  constexpr std::string_view start = "python3.";
  const bool is_one = path.find("bin/") != path.npos && name.starts_with(start)
                      && name.find_first_not_of("0123456789", start.size()) == name.npos;
  return is_one ? std::string(name.substr(6)) : std::string();
}

/// What the recipe lays on its base.
struct own_files {
  std::vector<layer_item> programs;  ///< of the entry point, and those that are named by themselves
  std::set<std::string> names, pythons;
  std::string python, python_path;  ///< of its packages, and one of them
};

result<own_files> files_of(const image_recipe& recipe) {
  own_files made;
  const std::string start = recipe.entrypoint.empty() ? std::string() : recipe.entrypoint.front();
  for (const layer_recipe& layer : recipe.layers) {
    auto items = listed_items(layer);
    if (!items) return std::move(items).error();
    for (layer_item& each : *items) {
      const bool is_named = std::ranges::any_of(layer.entries, [&](const layer_entry& entry) {
        return entry.from == each.from && (each.mode & 0111U) != 0;
      });
      made.names.insert(each.path.substr(each.path.rfind('/') + 1));
      if (const std::string python = python_of_program(each.path); !python.empty())
        made.pythons.insert(python);
      for (const std::string& python : {python_of_extension(each.path), python_of_packages(each.path)})
        if (!python.empty() && made.python.empty()) made.python = python, made.python_path = each.path;
      if (each.kind == entry_kind::file && ("/" + each.path == start || is_named))
        made.programs.push_back(std::move(each));
    }
  }
  return made;
}

status check_user(const image_recipe& recipe, const base_image& base) {
  const std::string given = base.config["config"]["User"].text();
  const std::string user = given.substr(0, given.find(':'));
  if (recipe.is_user_given || user.empty() || user == "0" || user == "root"
      || user == std::to_string(recipe.user))
    return {};
  return image_error(exit_class::usage,
                     "the base runs as another user than the image, which is not said to be meant", user)
      .with("base", recipe.base)
      .with("try", user.find_first_not_of("0123456789") == user.npos
                       ? fmt::format("USER {0}, or USER {1} where its files are for {1}", recipe.user, user)
                       : fmt::format("USER {}, or USER with the number of {}", recipe.user, user));
}

class fit {
 public:
  fit(const image_recipe& recipe, const base_offer& offer, const own_files& own, std::string architecture)
      : recipe_(recipe), offer_(offer), own_(own), architecture_(std::move(architecture)) {}

  status check(const layer_item& program, const elf_facts& needs) const {
    if (!runs_programs_of(architecture_, needs.architecture))
      return wrong("a program is of another architecture than the base", program.path)
          .with("program", needs.architecture.empty() ? "another" : needs.architecture)
          .with("image", architecture_);
    if (needs.loader.empty() || own_.names.contains(needs.loader)) return {};
    if (!offer_.loaders.contains(needs.loader)) {
      const std::vector<std::string> there(offer_.loaders.begin(), offer_.loaders.end());
      return wrong("a program needs a C library that the base does not have", program.path)
          .with("needs", needs.loader)
          .with("base has", there.empty() ? "none" : joined(there, ", "))
          .with("try", needs.loader.find("musl") == needs.loader.npos
                           ? "a base of Debian or another with glibc, or a program that is linked statically"
                           : "a base of Alpine, or a program that is linked statically");
    }
    if (offer_.glibc > 0 && needs.glibc > offer_.glibc)
      return wrong("a program needs a newer C library than the base has", program.path)
          .with("needs", fmt::format("glibc 2.{}", needs.glibc))
          .with("base has", fmt::format("glibc 2.{}", offer_.glibc))
          .with("try", "a newer base, or a build on the release of the base");
    return {};
  }

  status check_python() const {
    if (own_.python.empty() || own_.pythons.contains(own_.python) || offer_.pythons.contains(own_.python))
      return {};
    const std::vector<std::string> there(offer_.pythons.begin(), offer_.pythons.end());
    return wrong("Python packages are for another version than the base has", own_.python_path)
        .with("needs", "Python " + own_.python)
        .with("base has", there.empty() ? "none" : joined(there, ", "))
        .with("try", "a base with Python " + own_.python + ", or packages for that of the base");
  }

 private:
  error wrong(std::string what, const std::string& path) const {
    return image_error(exit_class::usage, std::move(what), "/" + path).with("base", recipe_.base);
  }

  const image_recipe& recipe_;
  const base_offer& offer_;
  const own_files& own_;
  std::string architecture_;
};

}  // namespace
}  // namespace image_base_fit

bool is_of_offer(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.starts_with("ld-") || name == "libc.so.6" || name.starts_with("libc-2.")
         || !image_base_fit::python_of_program(path).empty();
}

base_offer offer_of(const wanted_files& files) {
  base_offer made;
  for (const auto& [path, content] : files) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.starts_with("ld-")) made.loaders.insert(name);
    if (name == "libc.so.6") made.glibc = std::max(made.glibc, newest_glibc(content));
    if (name.starts_with("libc-2."))
      made.glibc = std::max(made.glibc, image_base_fit::number_at(name.substr(7)));
    if (const std::string python = image_base_fit::python_of_program(path); !python.empty())
      made.pythons.insert(python);
  }
  return made;
}

status check_base_fits(const image_recipe& recipe,
                       const base_image& base,
                       const std::string& architecture,
                       const layer_making& how) {
  using namespace image_base_fit;
  if (status user = check_user(recipe, base); !user) return user;
  const auto own = files_of(recipe);
  if (!own) return own.error();
  std::vector<std::pair<const layer_item*, elf_facts>> programs;
  for (const layer_item& each : own->programs)
    if (const auto bytes = read_file(each.from))
      if (auto needs = elf_facts_of(*bytes)) programs.emplace_back(&each, *std::move(needs));
  const bool depends = !own->python.empty() || std::ranges::any_of(programs, [](const auto& each) {
    return !each.second.loader.empty();
  });
  base_offer offer;
  if (depends) {
    const auto files = files_in_layers(base.blobs, is_of_offer, how.limit, how.cancelled);
    if (!files) return files.error();
    offer = offer_of(*files);
  }
  const fit against(recipe, offer, *own, architecture);
  for (const auto& [item, needs] : programs)
    if (status fits = against.check(*item, needs); !fits) return fits;
  return against.check_python();
}

}  // namespace cicd
