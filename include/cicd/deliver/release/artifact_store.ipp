// Artifacts in the registry of their images.
#pragma once

#include <set>

#include <fmt/format.h>

#include <cicd/base/utc.hpp>
#include <cicd/deliver/release/artifact_store.hpp>
#include <cicd/system/files.hpp>
#include <cicd/system/own_file.hpp>

namespace cicd {

namespace deliver_release_artifact_store {
namespace {

constexpr const char* artifact_type = "application/vnd.cicd.artifact.v1+json";
constexpr const char* record_type = "application/vnd.cicd.artifact.record.v1+json";
constexpr const char* bundle_type = "application/vnd.cicd.artifact.bundle.v1+json";
constexpr const char* history_type = "application/vnd.cicd.artifact.history.v1+json";
constexpr const char* mark_type = "application/vnd.cicd.artifact.mark.v1+json";
/// More than a person sets in an artifact's life.
constexpr int most_marks = 1'000;

constexpr const char* change_type = "application/vnd.cicd.artifact.change.v1+json";
/// More than there are pull requests of one commit.
constexpr int most_changes = 100;

/// No commit begins with a domain's name.
std::string in_domain(const std::string& domain, const std::string& tag) {
  return domain.empty() ? tag : domain + "-" + tag;
}

std::string artifact_tag(const std::string& commit, const std::string& domain) {
  return in_domain(domain, commit + ".artifact");
}

std::string history_tag(const std::string& commit, const std::string& domain) {
  return in_domain(domain, commit + ".history");
}

std::string change_tag(const std::string& commit, int number) {
  return fmt::format("{}.change-{}", commit, number);
}

/// What marks of an artifact's images stand under: the digests alone count, so that they are found again
/// whatever commit they are of.
std::string subject_of_images(const artifact_record& of) {
  std::set<std::string> all;
  for (const auto& [name, image] : of.images) all.insert(hex(image.manifest) + "\n");
  sha256_stream over;
  for (const std::string& each : all) over.update(each);
  return "images-" + hex(over.finish());
}

std::string mark_tag(const std::string& subject, artifact_mark::kind is, int number) {
  return fmt::format("{}.{}-{}", subject, is == artifact_mark::kind::yanked ? "yanked" : "lifted", number);
}

std::string approval_tag(const std::string& commit, int number) {
  return fmt::format("{}.approval-{}", commit, number);
}

error not_whole(const std::string& where, std::string why) {
  return error{exit_class::corrupt,
               {},
               "the artifact cannot be trusted, and is left as it is",
               where,
               {{"caused by", std::move(why)}}};
}

error written_otherwise(const std::string& where, std::string what) {
  return error{exit_class::conflict,
               {},
               "the artifact of this commit is there, and is another one",
               where,
               {{"differs", std::move(what)},
                {"likely", "the build is not reproducible: with Maven, set project.build.outputTimestamp"}}};
}

std::string texts(const std::map<std::string, artifact_record::image>& images) {
  std::string all;
  for (const auto& [name, image] : images)
    all +=
        fmt::format("{}{} {}@{}", all.empty() ? "" : ", ", name, image.repository, oci_text(image.manifest));
  return all;
}

/// What is made ready to be published, and goes with this.
class ready_layout {
 public:
  explicit ready_layout(const std::string& scratch) : path_(part_name(scratch + "/artifact")) {}
  ~ready_layout() { (void)remove_tree(path_); }
  ready_layout(const ready_layout&) = delete;
  ready_layout& operator=(const ready_layout&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace
}  // namespace deliver_release_artifact_store

std::string difference_between(const stored_artifact& there, const stored_artifact& here) {
  using namespace deliver_release_artifact_store;
  if (there.record.images != here.record.images)
    return fmt::format("images: there {}; here {}", texts(there.record.images), texts(here.record.images));
  if (there.record.inputs != here.record.inputs)
    return fmt::format("inputs: there {}; here {}", oci_text(there.record.inputs),
                       oci_text(here.record.inputs));
  if (there.record.bundle != here.record.bundle)
    return fmt::format("bundle: there {}; here {}", oci_text(there.record.bundle),
                       oci_text(here.record.bundle));
  return {};
}

std::string artifact_store::name_of(const std::string& commit) const {
  return in_->name_of(deliver_release_artifact_store::artifact_tag(commit, domain_));
}

result<std::optional<stored_artifact>> artifact_store::read(const std::string& commit) const {
  result<std::optional<stored_artifact>> there = read_of(commit, {});
  if (!there || *there) return there;
  if (!domain_.empty()) return read_of(commit, domain_);
  std::string last;
  for (int number = 1; takes_changes_ && number <= deliver_release_artifact_store::most_changes; ++number) {
    result<std::optional<std::string>> change = change_at(commit, number);
    if (!change) return std::move(change).error();
    if (!*change) break;
    last = **std::move(change);
  }
  return last.empty() ? std::move(there) : read_of(commit, last);
}

/// The domain of a change that published the commit.
result<std::optional<std::string>> artifact_store::change_at(const std::string& commit, int number) const {
  using namespace deliver_release_artifact_store;
  const std::string tag = change_tag(commit, number);
  auto there = in_->documents(tag);
  if (!there) return std::move(there).error();
  if (!*there) return std::optional<std::string>();
  const auto& all = (*there)->all;
  const bool is_name = all.size() == 1 && all[0].media_type == change_type
                       && all[0].text.starts_with("change-") && all[0].text.size() == 23
                       && all[0].text.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
  if (!is_name) return not_whole(in_->name_of(tag), "it does not name a change, or is of a newer cicd");
  return std::optional(all[0].text);
}

/// Where the change that this store writes for is found; where two do so at once, one is found.
status artifact_store::name_change(const std::string& commit) const {
  using namespace deliver_release_artifact_store;
  for (int number = 1; number <= most_changes; ++number) {
    const result<std::optional<std::string>> there = change_at(commit, number);
    if (!there) return there.error();
    if (*there == domain_) return {};
    if (!*there) return put({artifact_type, {{change_type, domain_}}}, change_tag(commit, number));
  }
  return {};
}

result<std::optional<stored_artifact>> artifact_store::read_of(const std::string& commit,
                                                               const std::string& domain) const {
  using namespace deliver_release_artifact_store;
  const std::string tag = artifact_tag(commit, domain);
  auto there = in_->documents(tag);
  if (!there) return std::move(there).error();
  if (!*there) return std::optional<stored_artifact>();
  const std::string where = in_->name_of(tag);
  const auto& all = (*there)->all;
  if ((*there)->type != artifact_type || all.size() != 2 || all[0].media_type != record_type
      || all[1].media_type != bundle_type)
    return not_whole(where, "it does not hold a record and a bundle, or those of a newer cicd");
  result<artifact_record> record = artifact_from(all[0].text, where);
  if (!record) return std::move(record).error();
  if (record->bundle != sha256(all[1].text)) return not_whole(where, "its bundle is not the record's");
  if (record->commit != commit) return not_whole(where, "its record is of commit " + record->commit);
  if (record->pipeline != pipeline_)
    return error{exit_class::conflict,
                 pipeline_,
                 "another pipeline has its artifacts in the same repository",
                 record->pipeline,
                 {{"there", where}, {"try", "give each pipeline an IMAGE of its own"}}};
  return std::optional(stored_artifact{*std::move(record), all[1].text, domain});
}

result<bool> artifact_store::write(const stored_artifact& what) const {
  using namespace deliver_release_artifact_store;
  const std::string& commit = what.record.commit;
  const auto judged = [&](const stored_artifact& there) -> status {
    std::string differs = difference_between(there, what);
    if (differs.empty()) return {};
    return written_otherwise(name_of(commit), std::move(differs));
  };
  auto before = read_of(commit, domain_);
  if (!before) return std::move(before).error();
  if (*before) {
    if (status same = judged(**before); !same) return std::move(same).error();
    return false;
  }
  const std::string record = compact(json_of(what.record));
  status put_there = put({artifact_type, {{record_type, record}, {bundle_type, what.bundle}}},
                         artifact_tag(commit, domain_));
  // Where another was faster its artifact counts, and a registry without a compare-and-swap tells only so.
  if (!put_there && put_there.error().kind != exit_class::conflict) return std::move(put_there).error();
  auto after = read_of(commit, domain_);
  if (!after) return std::move(after).error();
  if (!*after) return not_whole(name_of(commit), "it is not there after it was written");
  if (status same = judged(**after); !same) return std::move(same).error();
  if (!domain_.empty())
    if (status named = name_change(commit); !named) return std::move(named).error();
  return compact(json_of((*after)->record)) == record;
}

std::string artifact_store::history_name_of(const std::string& commit) const {
  return in_->name_of(deliver_release_artifact_store::history_tag(commit, domain_));
}

status artifact_store::write_history(const std::string& commit, const std::string& text) const {
  using namespace deliver_release_artifact_store;
  return put({artifact_type, {{history_type, text}}}, history_tag(commit, domain_));
}

result<std::optional<std::string>> artifact_store::read_history(const std::string& commit) const {
  using namespace deliver_release_artifact_store;
  auto there = in_->documents(history_tag(commit, {}));
  if (there && !*there && !domain_.empty()) there = in_->documents(history_tag(commit, domain_));
  if (!there) return std::move(there).error();
  if (!*there) return std::optional<std::string>();
  const auto& all = (*there)->all;
  if ((*there)->type != artifact_type || all.size() != 1 || all[0].media_type != history_type)
    return not_whole(history_name_of(commit),
                     "it does not hold the history of a run, or that of a newer cicd");
  return std::optional(all[0].text);
}

status artifact_store::put(const oci_documents& what, const std::string& tag) const {
  const deliver_release_artifact_store::ready_layout ready(scratch_);
  const result<digest> manifest = write_documents(ready.path(), what);
  if (!manifest) return manifest.error();
  auto published = in_->publish(ready.path(), *manifest, tag, true);
  if (!published) return std::move(published).error();
  return {};
}

result<std::optional<artifact_mark>> artifact_store::mark_in(const std::string& tag,
                                                             const std::string& subject) const {
  using namespace deliver_release_artifact_store;
  const std::string where = in_->name_of(tag);
  auto there = in_->documents(tag);
  if (!there) return std::move(there).error();
  if (!*there) return std::optional<artifact_mark>();
  if ((*there)->all.size() != 1 || (*there)->all[0].media_type != mark_type)
    return not_whole(where, "it does not hold a mark, or one of a newer cicd");
  result<artifact_mark> mark = artifact_mark_from((*there)->all[0].text, where);
  if (!mark) return std::move(mark).error();
  if (!subject.starts_with("images-") && mark->commit != subject)
    return not_whole(where, "it is the mark of another tag");
  return std::optional(*std::move(mark));
}

/// Marks alternate, the first is a yank: so two that are set at once have one tag, and the second is refused.
result<std::optional<artifact_mark>> artifact_store::mark_at(const std::string& subject, int number) const {
  using namespace deliver_release_artifact_store;
  const auto is = number % 2 == 1 ? artifact_mark::kind::yanked : artifact_mark::kind::lifted;
  const std::string tag = mark_tag(subject, is, number);
  result<std::optional<artifact_mark>> mark = mark_in(tag, subject);
  if (mark && *mark && (*mark)->is != is)
    return not_whole(in_->name_of(tag), "it is the mark of another tag");
  return mark;
}

result<artifact_store::numbered_mark> artifact_store::last_build_approval(const std::string& commit) const {
  using namespace deliver_release_artifact_store;
  numbered_mark last;
  for (int number = 1; number <= most_marks; ++number) {
    auto mark = mark_in(approval_tag(commit, number), commit);
    if (!mark) return std::move(mark).error();
    if (!*mark) break;
    const bool fits =
        (*mark)->is == artifact_mark::kind::approved || (*mark)->is == artifact_mark::kind::withdrawn;
    if (!fits || (*mark)->pipeline != pipeline_)
      return not_whole(in_->name_of(approval_tag(commit, number)),
                       "it is not an approval of this pipeline's commit");
    last = {number, *std::move(mark)};
  }
  return last;
}

result<std::optional<artifact_mark>> artifact_store::build_approval_of(const std::string& commit) const {
  auto last = last_build_approval(commit);
  if (!last) return std::move(last).error();
  return std::move(last->mark);
}

status artifact_store::set_build_approval(const artifact_mark& what) const {
  using namespace deliver_release_artifact_store;
  auto last = last_build_approval(what.commit);
  if (!last) return std::move(last).error();
  const bool is_approved = last->mark && last->mark->is == artifact_mark::kind::approved;
  if (what.is == artifact_mark::kind::withdrawn && !is_approved)
    return error{exit_class::conflict,
                 pipeline_,
                 "the build of this commit is not approved",
                 what.commit.substr(0, 7),
                 {}};
  const std::string tag = approval_tag(what.commit, last->number + 1), text = compact(json_of(what));
  if (status written = put({artifact_type, {{mark_type, text}}}, tag); !written) return written;
  // A registry without a compare-and-swap lets one of two overwrite the other.
  auto after = mark_in(tag, what.commit);
  if (!after) return std::move(after).error();
  if (*after && compact(json_of(**after)) == text) return {};
  return error{exit_class::conflict,
               pipeline_,
               "another process approved or withdrew at the same moment",
               what.commit.substr(0, 7),
               {{"try", "run it again: it starts from what is there now"}}};
}

result<artifact_store::numbered_mark> artifact_store::last_mark(const std::string& subject) const {
  numbered_mark last;
  for (int number = 1; number <= deliver_release_artifact_store::most_marks; ++number) {
    auto mark = mark_at(subject, number);
    if (!mark) return std::move(mark).error();
    if (!*mark) break;
    last = {number, *std::move(mark)};
  }
  return last;
}

result<std::optional<artifact_mark>> artifact_store::mark_of(const std::string& commit) const {
  auto last = last_mark(commit);
  if (!last) return std::move(last).error();
  return std::move(last->mark);
}

result<std::optional<artifact_mark>> artifact_store::mark_of_images(const artifact_record& of) const {
  auto last = last_mark(deliver_release_artifact_store::subject_of_images(of));
  if (!last) return std::move(last).error();
  return std::move(last->mark);
}

/// That of the images first: where the second is not set, it is tried again.
status artifact_store::set_mark(const artifact_mark& what, const artifact_record& of) const {
  using namespace deliver_release_artifact_store;
  const bool yanks = what.is == artifact_mark::kind::yanked;
  auto last = last_mark(what.commit);
  if (!last) return std::move(last).error();
  const std::string images = subject_of_images(of);
  auto of_images = last_mark(images);
  if (!of_images) return std::move(of_images).error();
  const bool has_yank = is_yanked(last->mark), are_yanked = is_yanked(of_images->mark);
  const oci_documents text{artifact_type, {{mark_type, compact(json_of(what))}}};
  const std::string next_of_images = mark_tag(images, what.is, of_images->number + 1);
  // A yank of before the images had marks, or one whose images were lifted with another commit.
  if (yanks && has_yank && !are_yanked) return put(text, next_of_images);
  if (yanks == has_yank) {
    error already{exit_class::conflict,
                  pipeline_,
                  yanks ? "this artifact is yanked already" : "this artifact is not yanked",
                  what.commit.substr(0, 7),
                  {}};
    if (last->mark)
      already =
          std::move(already)
              .with(yanks ? "yanked by" : "lifted by", last->mark->who + " at " + utc_text(last->mark->when))
              .with("reason", last->mark->reason);
    return std::move(already).with(
        "try", yanks ? fmt::format("cicd yank {} {} --lift --reason '…', where it may be deployed again",
                                   pipeline_, what.commit.substr(0, 7))
                     : "cicd artifacts " + pipeline_);
  }
  if (yanks != are_yanked)
    if (status set = put(text, next_of_images); !set) return set;
  return put(text, mark_tag(what.commit, what.is, last->number + 1));
}

}  // namespace cicd
