#include "hark/cli/completions.h"

#include "hark/core/text.h"

namespace hark::cli {
namespace {

std::string option_names(const Command& command) {
  std::string names;
  for (const auto* options : {&command.options, &global_options()}) {
    for (const Option& option : *options) names += " " + option.name;
  }
  return names;
}

std::string first_words(const std::vector<Command>& commands) {
  std::string words;
  for (const Command& command : commands) {
    const std::string word = command.path.substr(0, command.path.find(' '));
    if (concat(words, " ").find(concat(" ", word, " ")) == std::string::npos) words += " " + word;
  }
  return words;
}

std::string bash_script(const std::vector<Command>& commands) {
  std::string script =
      "_hark() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} path=\"${COMP_WORDS[1]}\" two=\"${COMP_WORDS[1]} "
      "${COMP_WORDS[2]}\" words=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  script += "    words=\"" + std::string(trim(first_words(commands))) +
            "\"\n  else\n    case \"$two\" in\n";
  for (const Command& command : commands) {
    if (command.path.find(' ') != std::string::npos) {
      script += "      '" + command.path + "') words=\"" +
                std::string(trim(option_names(command))) + "\" ;;\n";
    }
  }
  script += "    esac\n    [ -n \"$words\" ] || case \"$path\" in\n";
  std::string last_group;
  for (const Command& command : commands) {
    const std::size_t space = command.path.find(' ');
    if (space == std::string::npos) {
      script += "      '" + command.path + "') words=\"" +
                std::string(trim(option_names(command))) + "\" ;;\n";
      continue;
    }
    const std::string group = command.path.substr(0, space);
    if (group == last_group) continue;
    last_group = group;
    std::string seconds;
    for (const Command& other : commands) {
      if (other.path.starts_with(group + " ")) seconds += " " + other.path.substr(space + 1);
    }
    script += "      '" + group + "') words=\"" + std::string(trim(seconds)) + "\" ;;\n";
  }
  return script +
         "    esac\n"
         "  fi\n"
         "  case \"$word\" in\n"
         "    -*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\") ;;\n"
         "    *) mapfile -t COMPREPLY < <(compgen -W \"${words//--*([^ ])/}\" -- \"$word\"; "
         "compgen -f -- \"$word\") ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _hark hark\n";
}

std::string fish_script(const std::vector<Command>& commands) {
  std::string script;
  for (const Command& command : commands) {
    const std::size_t space = command.path.find(' ');
    const std::string first = command.path.substr(0, space);
    std::string summary = command.summary;
    for (std::size_t at = 0; (at = summary.find('\'', at)) != std::string::npos; at += 2)
      summary.insert(at, "\\");
    if (space == std::string::npos) {
      script +=
          concat("complete -c hark -n __fish_use_subcommand -a ", first, " -d '", summary, "'\n");
    } else {
      script += concat("complete -c hark -n '__fish_use_subcommand' -a ", first, "\n");
      script += concat("complete -c hark -n '__fish_seen_subcommand_from ", first, "' -a ",
                       command.path.substr(space + 1), " -d '", summary, "'\n");
    }
    for (const Option& option : command.options) {
      script += concat("complete -c hark -n '__fish_seen_subcommand_from ", first, "' -l ",
                       option.name.substr(2), option.value_name.empty() ? "" : " -r", "\n");
    }
  }
  return script;
}

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<Command>& commands) {
  if (shell == "bash") return "shopt -s extglob\n" + bash_script(commands);
  if (shell == "zsh")
    return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script(commands);
  if (shell == "fish") return fish_script(commands);
  return {};
}

}  // namespace hark::cli
