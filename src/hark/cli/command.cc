#include "hark/cli/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "hark/core/text.h"

namespace hark::cli {
namespace {

/// Names of the first words of all commands that start with `prefix` ("kpi " -> contact, requests).
std::vector<std::string> next_words(const std::vector<Command>& commands, std::string_view prefix) {
  std::vector<std::string> words;
  for (const Command& command : commands) {
    if (!command.path.starts_with(prefix)) continue;
    std::string word = command.path.substr(prefix.size());
    word = word.substr(0, word.find(' '));
    if (!word.empty() && std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return words;
}

bool is_group(const std::vector<Command>& commands, std::string_view path) {
  return std::ranges::any_of(
      commands, [&](const Command& c) { return c.path.starts_with(concat(path, " ")); });
}

Error wrong_usage(std::string message, std::string hint) {
  return Error(ErrorCode::kInvalidArgument, std::move(message)).hint(std::move(hint));
}

Error unknown_word(const std::vector<Command>& commands, std::string_view prefix,
                   std::string_view word) {
  const std::vector<std::string> candidates = next_words(commands, prefix);
  const std::string shown = concat(prefix, word);
  if (const auto guess = nearest(word, candidates)) {
    return wrong_usage(concat("no command 'hark ", shown, "'"),
                       concat("did you mean 'hark ", prefix, *guess, "'?"));
  }
  return wrong_usage(
      concat("no command 'hark ", shown, "'"),
      concat("there are: ", join(candidates, ", "), "; `hark --help` says what they do"));
}

/// Splits "--name=value" and looks names up, so that an unknown option gets a suggestion of ours.
Result<void> check_option_names(const Command& command, const std::vector<std::string>& words) {
  std::vector<std::string> known;
  for (const auto* options : {&command.options, &global_options()}) {
    for (const Option& option : *options) known.push_back(option.name);
  }
  for (const std::string& word : words) {
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    const std::string name = word.substr(0, word.find('='));
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto guess = nearest(name, known);
    return wrong_usage(concat("`hark ", command.path, "` has no option ", name),
                       guess ? concat("did you mean ", *guess, "?")
                             : concat("`hark ", command.path, " --help` lists them"));
  }
  return {};
}

std::string option_line(const Option& option) {
  std::string head = "  ";
  if (!option.short_name.empty()) head += option.short_name + ", ";
  head += option.name;
  if (!option.value_name.empty()) head += " " + option.value_name;
  head.resize(std::max<std::size_t>(head.size() + 2, 27), ' ');
  head += option.help;
  if (!option.choices.empty()) head += ": " + join(option.choices, ", ");
  if (!option.default_text.empty()) head += " (default " + option.default_text + ")";
  return head + "\n";
}

std::string usage_of(const Command& command) {
  std::string usage = "hark " + command.path;
  for (const Positional& positional : command.positionals) {
    std::string name = positional.name + (positional.takes_many ? "..." : "");
    usage += positional.is_required ? " " + name : " [" + name + "]";
  }
  for (const Option& option : command.options) {
    if (option.is_required) usage += " " + option.name + " " + option.value_name;
  }
  return usage + " [options]";
}

/// Gives each positional its words: one each, the last one the rest if it takes many.
Result<void> place_positionals(const Command& command, const std::vector<std::string>& words,
                               Arguments& arguments) {
  std::size_t used = 0;
  for (const Positional& positional : command.positionals) {
    if (used == words.size()) {
      if (!positional.is_required) continue;
      return wrong_usage(
          concat("`hark ", command.path, "` needs ", positional.name, ": ", positional.help),
          concat("usage: ", usage_of(command)));
    }
    const std::size_t end = positional.takes_many ? words.size() : used + 1;
    arguments.set(positional.name,
                  {words.begin() + static_cast<std::ptrdiff_t>(used),
                   words.begin() + static_cast<std::ptrdiff_t>(end)},
                  false);
    used = end;
  }
  if (used < words.size()) {
    return wrong_usage(
        concat("`hark ", command.path, "` does not know what to do with '", words[used], "'"),
        concat("usage: ", usage_of(command)));
  }
  return {};
}

std::string command_page(const Command& command) {
  std::string page = command.summary + "\n\n";
  for (const std::string& example : command.examples) page += "  $ " + example + "\n";
  if (!command.examples.empty()) page += "\n";
  page += "Usage: " + usage_of(command) + "\n";
  if (!command.positionals.empty()) {
    page += "\n";
    for (const Positional& positional : command.positionals) {
      std::string head = "  " + positional.name;
      head.resize(std::max<std::size_t>(head.size() + 2, 27), ' ');
      page += head + positional.help + "\n";
    }
  }
  if (!command.options.empty()) {
    page += "\nOptions:\n";
    for (const Option& option : command.options) page += option_line(option);
  }
  page += "\nCommon options:\n";
  for (const Option& option : global_options()) page += option_line(option);
  return page;
}

std::string list_page(const std::vector<Command>& commands, std::string_view prefix) {
  std::size_t width = 0;
  for (const Command& command : commands) {
    if (command.path.starts_with(prefix)) width = std::max(width, command.path.size());
  }
  std::string page;
  for (const Command& command : commands) {
    if (!command.path.starts_with(prefix)) continue;
    std::string head = "  " + command.path;
    head.resize(width + 4, ' ');
    page += head + command.summary + "\n";
  }
  return page;
}

}  // namespace

bool Arguments::has(std::string_view name) const {
  const auto found = values_.find(name);
  return found != values_.end() && !found->second.is_default;
}

std::string Arguments::text(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.values.empty() ? std::string()
                                                                : found->second.values.front();
}

std::vector<std::string> Arguments::list(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second.values;
}

std::optional<std::string> Arguments::maybe(std::string_view name) const {
  const std::string value = text(name);
  if (value.empty() && !has(name)) return std::nullopt;
  return value;
}

Result<std::int64_t> Arguments::whole_number(std::string_view name, std::int64_t least) const {
  const auto value = parse_int(text(name));
  if (!value || *value < least) {
    return wrong_usage(
        concat(name, " takes a whole number of at least ", least, ", not '", text(name), "'"),
        concat("for example ", name, " ", std::max<std::int64_t>(least, 1)));
  }
  return *value;
}

Result<double> Arguments::number(std::string_view name) const {
  const auto value = parse_double(text(name));
  if (!value)
    return wrong_usage(concat(name, " takes a number, not '", text(name), "'"), "for example 0.8");
  return *value;
}

void Arguments::set(std::string name, std::vector<std::string> values, bool is_default) {
  values_[std::move(name)] = {std::move(values), is_default};
}

const std::vector<Option>& global_options() {
  static const std::vector<Option> options = {
      {"--contract",
       "NAME",
       "contract of the data: a built-in name or a YAML file; else it is found by the header",
       "",
       {},
       false,
       ""},
      {"--as-of",
       "TIME",
       "moment the extract was taken (default: the latest clock in it; UTC where no offset is "
       "told)",
       "",
       {},
       false,
       ""},
      {"--now",
       "TIME",
       "use this instead of the wall clock, as 2024-05-01T00:00:00Z (UTC where no offset is told)",
       "",
       {},
       false,
       ""},
      {"--threads", "N", "threads to use (default: all processors)", "", {}, false, ""},
      {"--memory-limit", "SIZE", "memory for the SQL engine and for loads", "1GiB", {}, false, ""},
      {"--json", "", "print one JSON object", "", {}, false, ""},
      {"--quiet", "", "no progress and no warnings on stderr", "", {}, false, ""},
      {"--progress", "MODE", "progress on stderr", "auto", {"auto", "none", "json"}, false, ""},
      {"--help", "", "this page", "", {}, false, "-h"},
  };
  return options;
}

const std::vector<Option>& selection_options() {
  static const std::vector<Option> options = {
      {"--since", "DATE", "only rows created from this local day on", "", {}, false, ""},
      {"--until", "DATE", "only rows created before this local day", "", {}, false, ""},
      {"--where",
       "EXPR",
       "only rows for which this holds, e.g. \"borough = 'BRONX'\"",
       "",
       {},
       false,
       ""},
  };
  return options;
}

Result<Parsed> parse_command_line(const std::vector<Command>& commands,
                                  const std::vector<std::string>& words) {
  Parsed parsed;
  // The command is the longest run of leading words that names one.
  std::string path;
  std::size_t used = 0;
  while (used < words.size() && !words[used].starts_with("-")) {
    const std::string longer = path.empty() ? words[used] : path + " " + words[used];
    const bool is_command =
        std::ranges::any_of(commands, [&](const Command& c) { return c.path == longer; });
    if (!is_command && !is_group(commands, longer)) break;
    path = longer;
    ++used;
    if (is_command && !is_group(commands, longer)) break;
  }
  const bool asks_help =
      std::ranges::any_of(words, [](const std::string& w) { return w == "--help" || w == "-h"; });
  const auto found =
      std::ranges::find_if(commands, [&](const Command& c) { return c.path == path; });
  if (words.empty() || (found == commands.end() && asks_help) ||
      (found == commands.end() && !path.empty() && used == words.size())) {
    parsed.text = help_page(commands, path);
    return parsed;
  }
  if (words.front() == "help") {
    std::string topic;
    for (std::size_t i = 1; i < words.size(); ++i) topic += (i > 1 ? " " : "") + words[i];
    const bool is_known =
        topic.empty() || is_group(commands, topic) ||
        std::ranges::any_of(commands, [&](const Command& c) { return c.path == topic; });
    if (!is_known) return unknown_word(commands, "", topic);
    parsed.text = help_page(commands, topic);
    return parsed;
  }
  if (words.front() == "--version") {
    return parse_command_line(commands, {"version"});
  }
  if (found == commands.end()) {
    if (words[used].starts_with("-")) {
      return wrong_usage(concat("'", words[used], "' comes before a command"),
                         "write the command first: hark COMMAND ... [options]");
    }
    return unknown_word(commands, path.empty() ? "" : path + " ", words[used]);
  }
  const Command& command = *found;
  if (asks_help) {
    parsed.text = help_page(commands, command.path);
    return parsed;
  }

  const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(used),
                                      words.end());
  HARK_TRY_VOID(check_option_names(command, rest));

  CLI::App app;
  app.set_help_flag();
  std::map<std::string, std::vector<std::string>> values;
  std::map<std::string, bool> switches;
  std::vector<std::string> positionals;
  app.add_option("ARGUMENTS", positionals);
  for (const auto* options : {&command.options, &global_options()}) {
    for (const Option& option : *options) {
      const std::string names =
          option.short_name.empty() ? option.name : option.short_name + "," + option.name;
      if (option.value_name.empty()) {
        app.add_flag(names, switches[option.name]);
        continue;
      }
      auto* added = app.add_option(names, values[option.name])
                        ->expected(1)
                        ->allow_extra_args(false)  // what follows its value is a positional
                        ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
      if (option.is_required) added->required();
      if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
    }
  }
  try {
    std::vector<std::string> reversed(rest.rbegin(), rest.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    std::string what = error.what();
    what = what.substr(0, what.find('\n'));
    return wrong_usage(
        concat("hark ", command.path, ": ", what),
        concat("usage: ", usage_of(command), "; `hark ", command.path, " --help` says more"));
  }
  HARK_TRY_VOID(place_positionals(command, positionals, parsed.arguments));
  for (const auto* options : {&command.options, &global_options()}) {
    for (const Option& option : *options) {
      if (option.value_name.empty()) {
        if (switches[option.name]) parsed.arguments.set(option.name, {"true"}, false);
      } else if (!values[option.name].empty()) {
        parsed.arguments.set(option.name, values[option.name], false);
      } else if (!option.default_text.empty()) {
        parsed.arguments.set(option.name, {option.default_text}, true);
      }
    }
  }
  parsed.command = &command;
  return parsed;
}

std::string help_page(const std::vector<Command>& commands, std::string_view path) {
  for (const Command& command : commands) {
    if (command.path == path) return command_page(command);
  }
  if (!path.empty())
    return concat("hark ", path, " is one of:\n\n", list_page(commands, concat(path, " ")));
  return concat(
      "hark turns the exports of a 311 service or contact centre into trusted figures and a "
      "report.\n\n"
      "  $ hark demo -o demo                         try it on a generated city\n"
      "  $ hark kpi requests 311.csv                 first figures, no set-up, nothing written\n"
      "  $ hark run lake 311.csv -o report           load, check and report\n\n"
      "Commands (SOURCE is a lake, LAKE@v12 or LAKE@TIME as it was then, or a plain data "
      "file;\n`hark COMMAND --help` says more):\n\n",
      list_page(commands, ""),
      "\nExit status: 0 done, 1 failed, 2 wrong usage, 3 a check said no, 4 input unreadable,\n"
      "5 out of memory, disk or time, 6 network, 70 a bug in hark, 130 interrupted.\n");
}

}  // namespace hark::cli
