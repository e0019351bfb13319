#include "app/net_models.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "app/arguments/usage_error.h"
#include "app/expectation_words.h"
#include "frontends/dsl/net_file.h"
#include "frontends/dsl/syntax/source_text.h"

namespace macroscope {
namespace {

constexpr std::string_view kEnding = ".net";

[[noreturn]] void refuse_net(const std::string& file, std::string_view why) {
  throw UsageError(fmt::format("cannot read {}: {}", file, why));
}

/// Closes what it opened.
class OpenFile {
 public:
  explicit OpenFile(const std::string& file) : descriptor_(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) refuse_net(file, std::strerror(errno));
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { close(descriptor_); }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

/// Takes what is given to the net's parameters out of the settings, and drops what other nets of the file take: what is left are sizes that
/// only the analysis can know of, and words that no net takes.
dsl::NetSettings taken_by(const dsl::NetFile& file, std::string_view net, ModelSettings& settings) {
  dsl::NetSettings taken;
  const auto has = [&](std::string_view owner, std::string_view name) {
    const std::vector<std::string_view> names = file.parameters_of(owner);
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const std::vector<std::string_view> nets = file.nets();
  const auto is_of_a_net = [&](const auto& entry) {
    return std::any_of(nets.begin(), nets.end(), [&](std::string_view owner) { return has(owner, entry.first); });
  };
  for (const auto& [name, value] : settings.analysis.bindings) {
    if (!has(net, name)) continue;
    if (value == Dim::symbol(name)) {
      taken.free.insert(name);
    } else {
      taken.numbers.emplace(name, value);
    }
  }
  for (const auto& [name, word] : settings.words)
    if (has(net, name)) taken.words.emplace(name, word);
  std::erase_if(settings.analysis.bindings, is_of_a_net);
  std::erase_if(settings.words, is_of_a_net);
  return taken;
}

void report_unused_words(const ModelSettings& settings, Diagnostics& diagnostics) {
  for (const auto& [name, word] : settings.words)
    diagnostics.push_back(
        {Severity::warning, "unknown-symbol", fmt::format("the model has no size called '{}'", name), {}, {}, {}});
}

Analysis analysis_of(dsl::Expansion expansion, const dsl::NetFile& file, const AnalysisOptions& options) {
  if (!expansion.network) {
    Analysis nothing;
    nothing.diagnostics = std::move(expansion.diagnostics);
    nothing.costs.complete = false;
    return nothing;
  }
  Analysis analysis = analyze(std::move(*expansion.network), std::move(expansion.diagnostics), options);
  file.place_in_text(analysis.network, analysis.diagnostics);
  return analysis;
}

std::string described(const dsl::ExpectationResult& result) {
  std::string text = fmt::format("expected {}", result.text);
  if (!result.left.empty()) text += fmt::format(": {}", sides_in_words(result));
  if (!result.difference.empty()) text += fmt::format(" (difference {})", difference_in_words(result));
  return result.why.empty() ? text : fmt::format("{}: {}", text, result.why);
}

/// Those of the net itself, and with the last net those that stand outside of nets.
void add_broken(const CheckedNets& nets, std::size_t net, Diagnostics& diagnostics) {
  const bool is_last = net + 1 == nets.names.size();
  for (const dsl::ExpectationResult& result : nets.expectations) {
    const bool belongs = result.net == nets.names[net] || (result.net.empty() && is_last);
    if (belongs && result.mistake) diagnostics.push_back(*result.mistake);
    if (belongs && result.outcome == dsl::ExpectationOutcome::fails)
      diagnostics.push_back({Severity::warning, "expectation", described(result), result.origin, {}, {}});
  }
}

}  // namespace

bool is_net_path(std::string_view path) noexcept {
  return path.ends_with(kEnding) || path.find(".net:") != std::string_view::npos;
}

NetPath net_path_of(std::string_view path) {
  if (path.ends_with(kEnding)) return {std::string(path), {}};
  const std::size_t colon = path.rfind(".net:") + kEnding.size();
  return {std::string(path.substr(0, colon)), std::string(path.substr(colon + 1))};
}

std::size_t count_nets(const std::string& path) {
  const NetPath named = net_path_of(path);
  if (!named.net.empty()) return 1;
  return std::max<std::size_t>(dsl::NetFile(read_net_text(named.file)).nets().size(), 1);
}

std::string read_net_text(const std::string& file) {
  const OpenFile open(file);
  struct stat status {};
  if (fstat(open.descriptor(), &status) != 0) refuse_net(file, std::strerror(errno));
  if (S_ISDIR(status.st_mode)) refuse_net(file, "it is a directory");
  if (!S_ISREG(status.st_mode)) refuse_net(file, "it is no regular file");
  std::string text;
  std::array<char, 1U << 16U> piece;
  while (true) {
    const ssize_t length = read(open.descriptor(), piece.data(), piece.size());
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) refuse_net(file, std::strerror(errno));
    if (length == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(length));
    if (text.size() > dsl::SourceText::kMaxBytes)
      refuse_net(file, fmt::format("it is longer than {} MiB", dsl::SourceText::kMaxBytes >> 20U));
  }
}

CheckedNets check_nets(const NetPath& path, const ModelSettings& settings) {
  CheckedNets nets;
  std::string text;
  try {
    text = read_net_text(path.file);
  } catch (const UsageError& error) {
    nets.diagnostics.push_back({Severity::error, "unreadable-file", error.what(), {}, {}, {}});
    return nets;
  }
  const dsl::NetFile file(std::move(text));
  nets.diagnostics = file.diagnostics();
  if (has_errors(nets.diagnostics)) return nets;
  if (!path.net.empty()) nets.names.push_back(path.net);
  if (path.net.empty())
    for (const std::string_view net : file.nets()) nets.names.emplace_back(net);
  std::vector<dsl::AnalysedNet> analysed;
  nets.analyses.reserve(nets.names.size());
  for (const std::string& net : nets.names) {
    ModelSettings own = settings;
    dsl::Expansion expansion = file.expand(net, taken_by(file, net, own));
    report_unused_words(own, expansion.diagnostics);
    const std::shared_ptr<const dsl::NetRecord> record = expansion.record;
    nets.analyses.push_back(analysis_of(std::move(expansion), file, own.analysis));
    const bool has_network = !nets.analyses.back().network.graphs.empty();
    analysed.push_back({net, has_network ? &nets.analyses.back() : nullptr, record});
  }
  nets.expectations = dsl::check_expectations(file.content(), analysed);
  return nets;
}

void for_each_net(const std::string& path, const ModelSettings& settings,
                  const std::function<void(const Analysis& analysis, const std::string& shown_path)>& visit) {
  const NetPath net_path = net_path_of(path);
  CheckedNets nets = check_nets(net_path, settings);
  if (nets.names.empty()) {
    Analysis nothing;
    nothing.diagnostics = std::move(nets.diagnostics);
    nothing.costs.complete = false;
    visit(nothing, path);
    return;
  }
  Diagnostics& first = nets.analyses.front().diagnostics;
  first.insert(first.begin(), nets.diagnostics.begin(), nets.diagnostics.end());
  for (std::size_t i = 0; i < nets.names.size(); ++i) {
    // Expectations are about the net as it is written.
    if (settings.sets_nothing()) add_broken(nets, i, nets.analyses[i].diagnostics);
    const bool is_alone = nets.names.size() == 1 && net_path.net.empty();
    visit(nets.analyses[i], is_alone ? path : fmt::format("{}:{}", net_path.file, nets.names[i]));
  }
}

}  // namespace macroscope
