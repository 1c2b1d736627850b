// From SECRETS of a step to what its process gets.
#pragma once

#include <algorithm>

#include <cicd/base/secret_forms.hpp>
#include <cicd/run/secret_runner.hpp>

namespace cicd {

/// One step on its way.
struct secret_runner::handing {
  task work;  ///< with what is handed over
  std::function<void(outcome)> done;
  status how{};
};

namespace run_secret_runner {
namespace {

error said_of(const task& work, const secret& of, error why) {
  why.subject = work.step->id;
  return with_origin(std::move(why), *work.step->pipeline, "secret." + of.name.str());
}

/// A file has all bytes; a variable no line ends behind them, as where a shell reads what a program prints.
result<secret_value> as_variable(const secret_value& value, const std::string& name) {
  const std::string_view bytes = without_line_ends(value.revealed());
  if (bytes.find('\0') == bytes.npos) return secret_value(std::string(bytes));
  return error{exit_class::usage, {}, "the secret holds a NUL byte, which no variable can", name, {}}.with(
      "try", "add AS_FILE to the step");
}

}  // namespace
}  // namespace run_secret_runner

secret_runner::secret_runner(
    runner& inner, event_loop& loop, secret_store& store, secret_folder& files, secret_runner_options options)
    : inner_(inner), loop_(loop), store_(store), files_(files), options_(std::move(options)) {}

void secret_runner::start(const task& work, std::function<void(outcome)> done) {
  const step* declared = work.step->command();
  if (declared == nullptr || (declared->secrets.empty() && declared->secret_values.empty()))
    return inner_.start(work, std::move(done));
  if (status may = options_.may_have(work); !may) return done(not_run_outcome(std::move(may).error()));
  auto one = std::make_shared<handing>(handing{work, std::move(done)});
  loop_.on_own_thread([this, one] { one->how = fetch(*one); }, [this, one] { begin(one); });
}

status secret_runner::fetch(handing& one) const {
  using namespace run_secret_runner;
  const step& declared = *one.work.step->command();
  for (const secret_use& use : declared.secrets) {
    const auto& all = one.work.step->pipeline->declared.secrets;
    const secret& of = *std::ranges::find(all, use.secret, &secret::name);
    const result<secret_value> value = store_.value_of(of, one.work.source, cancelled_);
    if (!value) return said_of(one.work, of, value.error());
    if (status given = hand(one, of.name.str(), use.variable_for(declared.as_file), *value); !given)
      return said_of(one.work, of, std::move(given).error());
  }
  return fetch_left(one);
}

/// What steps before it left in this run.
status secret_runner::fetch_left(handing& one) const {
  for (const assignment& each : one.work.step->command()->secret_values) {
    const auto used = std::ranges::find(one.work.step->values, each.value.substr(1, each.value.size() - 2),
                                        &used_value::written);
    const auto value = used == one.work.step->values.end()
                           ? std::nullopt
                           : store_.taken(options_.name_of_left ? options_.name_of_left(*used) : used->name);
    if (!value)
      return error{exit_class::usage,
                   one.work.step->id,
                   "the step before it left no such secret in this run",
                   each.value,
                   {}}
          .with("try", "run that step as well: its secret values are kept nowhere");
    if (status given = hand(one, each.value, each.name.str(), *value); !given) {
      error why = std::move(given).error();
      why.subject = one.work.step->id;
      return why;
    }
  }
  return {};
}

status secret_runner::hand(handing& one,
                           const std::string& name,
                           const std::string& variable,
                           const secret_value& value) const {
  result<secret_value> handed{secret_value()};
  if (one.work.step->command()->as_file) {
    result<std::string> path = files_.write(one.work.step->id, variable, value);
    if (!path) return std::move(path).error();
    handed = secret_value(*std::move(path));
  } else {
    handed = run_secret_runner::as_variable(value, name);
  }
  if (!handed) return std::move(handed).error();
  one.work.handed.push_back({variable, *std::move(handed)});
  return {};
}

void secret_runner::begin(const std::shared_ptr<handing>& one) {
  for (const secret_value& value : store_.newly_fetched())
    if (options_.announce) options_.announce(value);
  if (cancelled_.cancelled()) return end(one, interrupted_outcome());
  if (!one->how) return end(one, failed_outcome(std::move(one->how).error()));
  inner_.start(one->work, [this, one](outcome with) { end(one, std::move(with)); });
}

void secret_runner::end(const std::shared_ptr<handing>& one, outcome with) {
  files_.remove(one->work.step->id);
  one->work.handed.clear();
  const auto done = std::move(one->done);
  done(std::move(with));
}

void secret_runner::stop(manner how) {
  how == manner::hard ? cancelled_.insist() : cancelled_.cancel();
  inner_.stop(how);
}

}  // namespace cicd
