// Shell completion: how does a shell complete the program's arguments?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/arguments/command_description.h"

namespace macroscope {

/// The script for `bash`, `zsh` or `fish`; the first command is the one that a model alone stands for.
/// \throws UsageError for another shell
[[nodiscard]] std::string completion_for(std::string_view shell, const std::vector<CommandDescription>& commands);

}  // namespace macroscope
