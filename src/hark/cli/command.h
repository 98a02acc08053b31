// The table of commands: what each takes, says and does. Parsing, help and completions all come
// from it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/core/json.h"
#include "hark/core/result.h"
#include "hark/core/warning.h"

namespace hark::cli {

struct Option {
  std::string name;        ///< "--by"
  std::string value_name;  ///< "COL"; empty for a switch
  std::string help;
  std::string default_text;          ///< shown, and used where the user gave none
  std::vector<std::string> choices;  ///< empty: anything
  bool is_required = false;
  std::string short_name;  ///< "-o"
};

struct Positional {
  std::string name;  ///< "SOURCE"
  std::string help;
  bool is_required = true;
  bool takes_many = false;
};

/// What the user wrote, after the table's checks.
class Arguments {
 public:
  bool has(std::string_view name) const;
  /// The value or the default; empty where there is neither.
  std::string text(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;
  std::optional<std::string> maybe(std::string_view name) const;
  /// Errors: kInvalidArgument naming the option if the text is no whole number of at least `least`.
  Result<std::int64_t> whole_number(std::string_view name, std::int64_t least) const;
  Result<double> number(std::string_view name) const;

  void set(std::string name, std::vector<std::string> values, bool is_default);

 private:
  struct Value {
    std::vector<std::string> values;
    bool is_default = false;
  };
  std::map<std::string, Value, std::less<>> values_;
};

/// What a command answers: `data` for --json, `text` for people; the same content.
struct Answer {
  Json data = Json::object();
  std::string text;
  std::vector<Warning> warnings;
  std::string source;    ///< meta.source
  std::string contract;  ///< meta.contract
  std::optional<std::int64_t> table_version;
  std::string now;  ///< meta.now, where the figures depend on it
  /// Already on stdout in the user's own format (`sql --format csv`): print nothing more.
  bool is_printed = false;
  /// A check said no: the answer is printed, and the exit status is 3.
  bool has_failed_check = false;
};

class Session;

struct Command {
  std::string path;     ///< "kpi contact"
  std::string summary;  ///< one sentence
  std::vector<std::string> examples;
  std::vector<Positional> positionals;
  std::vector<Option> options;
  std::function<Result<Answer>(const Arguments&, Session&)> run;
  bool selects_rows = false;  ///< takes selection_options()
};

/// Every command, in the order help shows them.
std::vector<Command> all_commands();

/// Options that every command takes.
const std::vector<Option>& global_options();

struct Parsed {
  const Command* command = nullptr;  ///< nullptr: `text` is to be printed and that is all
  Arguments arguments;
  std::string text;  ///< help
};

/// Which rows count: of the commands whose figures are of a source's rows. The others do not have
/// them, so that nobody loads or checks more than they think.
const std::vector<Option>& selection_options();

/// Reads the command line. Errors: kInvalidArgument with a hint (the nearest option or command).
Result<Parsed> parse_command_line(const std::vector<Command>& commands,
                                  const std::vector<std::string>& words);

/// The page for `hark --help`, for a group ("kpi") or for one command.
std::string help_page(const std::vector<Command>& commands, std::string_view path);

}  // namespace hark::cli
