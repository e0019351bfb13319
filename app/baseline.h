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

  /// The record to compare a model with: of its path, of its file's name where one alone has that, or the only one there is.  Null: the
  /// baseline does not have the model.
  /// \throws UsageError if the baseline has it with other sizes bound
  [[nodiscard]] const ModelRecord* of(const ModelRecord& model) const;

 private:
  std::string path_;
  std::vector<ModelRecord> records_;
};

}  // namespace macroscope
