// The configuration of a container.
#pragma once

#include <cicd/image/container.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>

namespace cicd {

namespace image_container {
namespace {

constexpr const char* place_of_emulator = "/.emulator";

json mount(const char* to, const char* type, const char* from, const std::vector<std::string>& options) {
  return members_of("destination", to, "type", type, "source", from, "options", json_texts(options));
}

json mounts_of(const container_wishes& wishes) {
  json all(json::array{});
  all.push(mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}));
  all.push(mount("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}));
  all.push(mount("/dev/pts", "devpts", "devpts",
                 {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"}));
  all.push(mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}));
  // A user namespace without a network of its own may not mount it.
  if (!wishes.is_rootless || !wishes.uses_host_network)
    all.push(mount("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev", "ro"}));
  const auto is_given = [&](const container_wishes::bind& each) { return each.to == "/tmp"; };
  if (std::ranges::none_of(wishes.files, is_given))
    all.push(mount("/tmp", "tmpfs", "tmpfs", {"nosuid", "nodev", "mode=1777"}));
  std::vector<container_wishes::bind> files = wishes.files;
  if (!wishes.emulator.empty()) files.push_back({wishes.emulator, place_of_emulator});
  for (const container_wishes::bind& each : files)
    all.push(members_of("destination", each.to, "type", "bind", "source", each.from, "options",
                        json_texts({"bind", "ro", "nosuid", "nodev"})));
  return all;
}

json namespaces_of(const container_wishes& wishes) {
  json all(json::array{});
  for (const char* each : {"pid", "ipc", "uts", "mount"}) all.push(members_of("type", each));
  if (!wishes.uses_host_network) all.push(members_of("type", "network"));
  if (wishes.is_rootless) all.push(members_of("type", "user"));
  return all;
}

json id_mapping(std::uint32_t inside, std::uint32_t outside) {
  return list_of(members_of("containerID", std::int64_t{inside}, "hostID", std::int64_t{outside}, "size", 1));
}

json linux_of(const container_wishes& wishes) {
  json settings = members_of("namespaces", namespaces_of(wishes));
  if (wishes.is_rootless) {
    settings.set("uidMappings", id_mapping(wishes.user.user, wishes.own_user));
    settings.set("gidMappings", id_mapping(wishes.user.group, wishes.own_group));
  }
  settings.set("maskedPaths", json_texts({"/proc/kcore", "/proc/keys", "/proc/timer_list",
                                          "/proc/sched_debug", "/proc/scsi", "/sys/firmware"}));
  settings.set("readonlyPaths",
               json_texts({"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}));
  return settings;
}

std::vector<std::string> variables_of(const seen_image& image, const container_wishes& wishes) {
  std::vector<std::string> all;
  for (const std::string& each : image.config["config"]["Env"].texts()) {
    const std::string name = each.substr(0, each.find('='));
    const auto is_it = [&](const auto& one) { return one.first == name; };
    if (std::ranges::none_of(wishes.env, is_it)) all.push_back(each);
  }
  for (const auto& [name, value] : wishes.env) all.push_back(name + "=" + value);
  return all;
}

}  // namespace
}  // namespace image_container

std::vector<std::string> words_of_container(const seen_image& image, const container_wishes& wishes) {
  const json& config = image.config["config"];
  std::vector<std::string> words = wishes.command.empty() ? config["Entrypoint"].texts() : wishes.command;
  const std::vector<std::string> own =
      wishes.command.empty() ? config["Cmd"].texts() : std::vector<std::string>();
  const std::vector<std::string>& more = wishes.arguments.empty() ? own : wishes.arguments;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

json runtime_config_of(const seen_image& image, const container_wishes& wishes) {
  using namespace image_container;
  const std::string folder = image.config["config"]["WorkingDir"].text();
  const json none(json::array{});
  json process =
      members_of("terminal", false, "user",
                 members_of("uid", std::int64_t{wishes.user.user}, "gid", std::int64_t{wishes.user.group}));
  std::vector<std::string> words = words_of_container(image, wishes);
  if (!wishes.emulator.empty()) words.insert(words.begin(), place_of_emulator);
  process.set("args", json_texts(words));
  process.set("env", json_texts(variables_of(image, wishes)));
  process.set("cwd", folder.empty() ? std::string("/") : folder);
  process.set("capabilities", members_of("bounding", none, "effective", none, "inheritable", none,
                                         "permitted", none, "ambient", none));
  process.set("noNewPrivileges", true);
  json config = members_of("ociVersion", "1.0.2", "process", std::move(process), "root",
                           members_of("path", "rootfs", "readonly", wishes.root_is_read_only));
  config.set("hostname", "container");
  config.set("mounts", mounts_of(wishes));
  return config.set("linux", linux_of(wishes));
}

}  // namespace cicd
