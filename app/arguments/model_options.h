// Options of commands that read models: which are they, and how is a model read and analysed by them?
#pragma once

#include <functional>
#include <string>

#include "app/arguments/bindings.h"
#include "app/arguments/command_line.h"
#include "app/model_settings.h"
#include "app/read_model.h"
#include "app/sandbox/sandbox.h"

namespace macroscope {

struct ModelOptions {
  Arguments set;
  Arguments assume;
  Arguments free;
  std::string operator_file;
  bool has_training = false;
  Arguments freeze;
  std::string optimizer = "adam";
  bool mixed_precision = false;
  std::string bias = "include";
  bool has_cuts = false;
  std::string order = "file";
  bool is_in_place = false;
  bool is_strict = false;
  std::string device_file;

  void add_to(Command& command);
  /// The files that the options name, and those of the models.
  void allow_files(const Arguments& models, Sandbox& sandbox) const;
  /// Enters a sandbox with these files alone, once the files to write are open.
  void confine(const Arguments& models, const Arguments& outputs) const;
  /// Reads the files of operators and of a device, if they are named, and prints what is wrong with them.
  /// \throws UsageError
  /// \param ranges takes what is swept; null where a command takes no ranges
  [[nodiscard]] ModelSettings settings(std::vector<SweepRange>* ranges = nullptr) const;
};

/// Reads what `path` names and hands on each of its models, one at a time: a `.net` file may hold several.
/// \param visit takes the analysis and the name to show for the model: its path, `FILE.net:NET`, `standard input`
void for_each_model(const std::string& path, const ModelSettings& settings,
                    const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit);

}  // namespace macroscope
