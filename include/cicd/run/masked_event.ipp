// Text by text. What a step printed was masked where it came in, since a line alone does not show a secret of
// several lines.
#pragma once

#include <cicd/run/masked_event.hpp>

namespace cicd {

namespace run_masked_event {
namespace {

class masker {
 public:
  explicit masker(const secret_finder& by) : by_(by) {}

  void operator()(std::string& text) const {
    if (by_.is_in(text)) text = by_.masked(text);
    mask_cut_ends(text);
  }
  void operator()(error& of) const {
    (*this)(of.subject);
    (*this)(of.what);
    if (of.value) (*this)(*of.value);
    (*this)(of.notes);
  }
  void operator()(note& of) const { (*this)(of.text); }
  void operator()(test_case& of) const { all(of.suite, of.name, of.file, of.message, of.details); }
  void operator()(ending& of) const { (*this)(of.text); }
  template <typename T>
  void operator()(std::vector<T>& of) const {
    for (T& each : of) (*this)(each);
  }
  template <typename T>
  void operator()(std::optional<T>& of) const {
    if (of) (*this)(*of);
  }

  void operator()(step_started& of) const { (*this)(of.reasons); }
  void operator()(step_output& of) const { (*this)(of.line); }
  void operator()(step_message& of) const { (*this)(of.text); }
  void operator()(step_warning& of) const { (*this)(of.text); }
  void operator()(service_event& of) const { (*this)(of.how); }
  void operator()(step_ended& of) const { all(of.how, of.summary, of.failure, of.tests); }
  void operator()(run_ended& of) const { all(of.failure, of.summary); }
  void operator()(deployed& of) const { all(of.reason, of.record.version); }
  void operator()(held& of) const { all(of.reason, of.version); }
  void operator()(released& of) const { (*this)(of.ended); }
  void operator()(proposed& of) const { all(of.record.version, of.link); }
  void operator()(approval_started& of) const { (*this)(of.plan); }
  void operator()(approved& of) const { all(of.reason, of.version); }
  void operator()(approval_withdrawn& of) const { (*this)(of.version); }
  void operator()(branch_over& of) const { (*this)(of.why); }
  void operator()(removed& of) const { all(of.objects, of.kept); }
  void operator()(rollback_failed& of) const { (*this)(of.failure); }
  void operator()(remove_failed& of) const { (*this)(of.failure); }
  void operator()(job_started& of) const { (*this)(of.what); }
  void operator()(job_ended& of) const { all(of.what, of.meaning, of.why); }
  void operator()(cron_suspended& of) const { (*this)(of.reason); }
  void operator()(deploy_started& of) const { (*this)(of.to.version); }
  void operator()(deploy_refused& of) const { all(of.to.version, of.failure); }
  void operator()(yanked& of) const { all(of.version, of.reason); }
  void operator()(cron_failed& of) const { (*this)(of.why); }
  // Ids, times and names of declared things.
  void operator()(cron_succeeded&) const {}
  void operator()(run_started&) const {}
  void operator()(step_planning&) const {}
  void operator()(step_waiting&) const {}
  void operator()(rollback_started&) const {}
  void operator()(cron_resumed&) const {}

 private:
  /// What was shortened before it came here may have been cut in a secret, whose beginning stands before the
  /// mark then.
  void mask_cut_ends(std::string& text) const {
    constexpr std::string_view mark = "…", broken = "\xef\xbf\xbd";
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size())) {
      std::string_view kept = std::string_view(text).substr(0, at);
      while (kept.ends_with(broken)) kept.remove_suffix(broken.size());
      const std::size_t begin = by_.open_end_of(kept);
      if (kept.size() - begin < least_secret) continue;
      text.replace(begin, at - begin, secret_mask);
      at = begin + secret_mask.size();
    }
  }

  template <typename... T>
  void all(T&... of) const {
    ((*this)(of), ...);
  }

  const secret_finder& by_;
};

}  // namespace
}  // namespace run_masked_event

error masked(error of, const secret_finder& by) {
  if (!by.empty()) run_masked_event::masker{by}(of);
  return of;
}

event_body masked(event_body of, const secret_finder& by) {
  if (!by.empty()) std::visit(run_masked_event::masker{by}, of);
  return of;
}

}  // namespace cicd
