// Artifacts in the registry of their images, under tags that are written once: `<commit>.artifact`, and
// `<commit>.yanked-<n>`, `<commit>.lifted-<n>`, `<commit>.approval-<n>`; marks stand under what all images
// are, too. Tags are never listed. What a change published (run/domain) lies under tags of its own,
// `<domain>-<commit>.artifact`, which `<commit>.change-<n>` name for the person who approves or yanks it. It
// does not know what is built nor deployed, and asks no gate.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <cicd/deliver/release/artifact.hpp>
#include <cicd/image/registry.hpp>

namespace cicd {

struct stored_artifact {
  artifact_record record;
  std::string bundle;
  std::string domain{};  ///< the change that published it; empty: a trusted run
};

class artifact_store {
 public:
  /// `in` is the repository of the pipeline's first image; artifacts are made ready below `scratch`, and
  /// written as those of `domain`.
  artifact_store(std::unique_ptr<registry> in,
                 std::string pipeline,
                 std::string scratch,
                 std::string domain = {})
      : in_(std::move(in)),
        pipeline_(std::move(pipeline)),
        scratch_(std::move(scratch)),
        domain_(std::move(domain)) {}

  /// For a person who approves or yanks: `read` gives what a change published last, where nothing else is
  /// there.
  void take_changes() { takes_changes_ = true; }

  /// `registry.example.com/services/orders:5c855bc….artifact`
  std::string name_of(const std::string& commit) const;

  /// That of a trusted run, else that of the store's own domain, never another change's. Nothing when that
  /// commit (40 digits) has none. Class `corrupt` where it cannot be trusted, `conflict`
  /// where it is another pipeline's.
  result<std::optional<stored_artifact>> read(const std::string& commit) const;
  /// Whether it was `written` now. What was there before counts where it has the same images, inputs and
  /// bundle; another one is class `conflict` with what differs. Where two write at once, and the registry
  /// lets one overwrite the other, it is read once more.
  result<bool> write(const stored_artifact& what) const;

  /// Keeps the history of the run that wrote it, under a tag that is written once.
  status write_history(const std::string& commit, const std::string& text) const;
  /// Nothing where there is none. Class `corrupt` where the tag holds something else.
  result<std::optional<std::string>> read_history(const std::string& commit) const;
  std::string history_name_of(const std::string& commit) const;

  /// The mark that counts: the one of the highest number. Nothing when there never was one.
  result<std::optional<artifact_mark>> mark_of(const std::string& commit) const;
  /// The same of all images of an artifact together, whichever commit was yanked with them.
  result<std::optional<artifact_mark>> mark_of_images(const artifact_record& of) const;
  /// Sets the next mark of the commit, and of its images where that is not of the kind already. Class
  /// `conflict` where the mark that counts is of that kind already, and where
  /// another one was set meanwhile.
  status set_mark(const artifact_mark& what, const artifact_record& of) const;

  /// What was said last of building a commit, `approved` or `withdrawn`. Nothing when nothing was.
  result<std::optional<artifact_mark>> build_approval_of(const std::string& commit) const;
  /// Says so. Class `conflict` where another said something at the same moment, and where nothing is there to
  /// be withdrawn.
  status set_build_approval(const artifact_mark& what) const;

  const std::string& pipeline() const { return pipeline_; }
  /// `registry.example.com/services/orders`
  std::string place() const { return in_->name(); }

 private:
  struct numbered_mark {
    int number = 0;  ///< 0: there is none
    std::optional<artifact_mark> mark{};
  };
  result<std::optional<stored_artifact>> read_of(const std::string& commit, const std::string& domain) const;
  result<std::optional<std::string>> change_at(const std::string& commit, int number) const;
  status name_change(const std::string& commit) const;
  result<numbered_mark> last_mark(const std::string& subject) const;
  result<numbered_mark> last_build_approval(const std::string& commit) const;
  result<std::optional<artifact_mark>> mark_in(const std::string& tag, const std::string& subject) const;
  result<std::optional<artifact_mark>> mark_at(const std::string& subject, int number) const;
  status put(const oci_documents& what, const std::string& tag) const;

  std::unique_ptr<registry> in_;
  std::string pipeline_, scratch_, domain_;
  bool takes_changes_ = false;
};

/// What differs between the artifact that is there and the one that would be written, for a person: the first
/// of images, inputs and bundle; empty where nothing that counts does.
std::string difference_between(const stored_artifact& there, const stored_artifact& here);

}  // namespace cicd
