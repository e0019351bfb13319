// Baselines: which models does a baseline have figures of?
#pragma once

#include <string>
#include <vector>

#include "analyzer/record/record.h"

namespace macroscope {

class Baseline {
 public:
  /// \throws UsageError if the file is none
  explicit Baseline(std::string path);

  /// The record to compare a model with: of its path, of its file's name, or the only one there is.  Null: the baseline does not have it.
  /// \param is_alone no other model is compared with the baseline, so that one of another path may be meant
  /// \throws UsageError if the baseline has it with other sizes bound
  [[nodiscard]] const ModelRecord* of(const ModelRecord& model, bool is_alone) const;

 private:
  std::string path_;
  std::vector<ModelRecord> records_;
};

}  // namespace macroscope
