// What may the program still do, once it knows what it was asked for?  It gives up everything else before it reads the first byte of a model: a
// file that took the program over could open nothing but the files that the command line names, connect to nothing and run nothing.
//
// Landlock keeps the file system away, seccomp all system calls but a few.  Where the kernel offers less, less is given up, silently: the
// sandbox is a second wall, and no promise of what a file means depends on it.
#pragma once

#include <string>
#include <vector>

namespace macroscope {

class Sandbox {
 public:
  /// A file that is opened later.  One that is not there is none.
  void allow_reading(const std::string& path) { readable_.push_back(path); }
  void allow_reading(const std::vector<std::string>& paths) { readable_.insert(readable_.end(), paths.begin(), paths.end()); }
  /// A file that is open already takes its name later, or is removed: in its folder files may be renamed and removed.
  void allow_naming(const std::string& path) { named_.push_back(path); }
  /// A file that is made later.
  void allow_making(const std::string& path) { made_.push_back(path); }

  /// Gives up what was not allowed, for the rest of the process.
  void enter() const;

 private:
  std::vector<std::string> readable_, named_, made_;
};

}  // namespace macroscope
