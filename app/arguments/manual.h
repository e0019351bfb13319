// Manual page: what does `man macroscope` show?
#pragma once

#include <string>
#include <vector>

#include "app/arguments/command_description.h"

namespace macroscope {

/// The page in the language of man.
[[nodiscard]] std::string manual_of(const std::vector<CommandDescription>& commands);

}  // namespace macroscope
