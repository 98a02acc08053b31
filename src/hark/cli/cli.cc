#include "hark/cli/cli.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iterator>
#include <new>
#include <system_error>

#include "hark/cli/command.h"
#include "hark/cli/session.h"
#include "hark/cli/version.h"
#include "hark/core/text.h"

namespace hark::cli {
namespace {

/// Writes to stdout; false once nobody reads it any more.
bool print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

/// For a person's terminal: names of files and columns may hold what steers it.
std::string without_controls(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return ((c >= 0 && c < ' ') && c != '\n' && c != '\t') || c == 0x7F; },
      '?');
  return text;
}

void print_error(std::string text) {
  text = without_controls(std::move(text));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

/// The exit status after print() failed, which is no error where nobody reads any more.
int not_printed() {
  const int code = errno;
  if (code == EPIPE) return 0;
  print_error(concat("error: cannot write to stdout: ", std::strerror(code), "\n"));
  return exit_status(code == ENOSPC || code == EDQUOT ? ErrorCode::kExhausted : ErrorCode::kIo);
}

Json warnings_json(const std::vector<Warning>& warnings) {
  Json list = Json::array();
  for (const Warning& warning : warnings) {
    list.push_back(Json::object(
        {{"code", warning.code}, {"message", warning.message}, {"where", warning.where}}));
  }
  return list;
}

int report_error(const Error& error, bool as_json) {
  if (as_json) {
    Json where = Json::array();
    for (const std::string& step : error.where()) where.push_back(step);
    const Json answer = Json::object({{"ok", false},
                                      {"error", Json::object({{"code", name_of(error.code())},
                                                              {"message", error.message()},
                                                              {"hint", error.hint()},
                                                              {"where", std::move(where)}})}});
    print(answer.dump(2) + "\n");
  } else {
    std::string text = "error: " + error.message() + "\n";
    for (const std::string& step : error.where()) text += "  while " + step + "\n";
    if (!error.hint().empty()) text += " hint: " + error.hint() + "\n";
    print_error(std::move(text));
  }
  return exit_status(error.code());
}

int report_answer(const Answer& answer, bool as_json, bool is_quiet, double elapsed_ms) {
  if (!as_json && !is_quiet) {
    for (const Warning& warning : answer.warnings) {
      print_error(concat("warning: ", warning.where.empty() ? "" : warning.where + ": ",
                         warning.message, "\n"));
    }
  }
  const int status = answer.has_failed_check ? 3 : 0;
  if (answer.is_printed) return status;
  bool is_written = true;
  if (as_json) {
    Json meta = Json::object();
    meta.set("version", kVersion);
    meta.set("ms", elapsed_ms);
    if (!answer.source.empty()) meta.set("source", answer.source);
    if (!answer.contract.empty()) meta.set("contract", answer.contract);
    if (answer.table_version) meta.set("table_version", *answer.table_version);
    if (!answer.now.empty()) meta.set("now", answer.now);
    const Json whole = Json::object({{"ok", true},
                                     {"data", answer.data},
                                     {"warnings", warnings_json(answer.warnings)},
                                     {"meta", std::move(meta)}});
    is_written = print(whole.dump(2) + "\n");
  } else {
    is_written = print(without_controls(answer.text));
  }
  return is_written ? status : not_printed();
}

int run_checked(const std::vector<std::string>& words, bool as_json) {
  const auto started = std::chrono::steady_clock::now();
  const std::vector<Command> commands = all_commands();
  auto parsed = parse_command_line(commands, words);
  if (!parsed) return report_error(parsed.error(), as_json);
  if (parsed->command == nullptr) return print(parsed->text) ? 0 : not_printed();

  auto session = Session::start(parsed->arguments);
  if (!session) return report_error(session.error(), as_json);
  auto answer = parsed->command->run(parsed->arguments, **session);
  (*session)->finish_progress();
  if (!answer) return report_error(answer.error(), as_json);
  std::ranges::move((*session)->take_warnings(), std::back_inserter(answer->warnings));
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - started;
  return report_answer(*answer, as_json, parsed->arguments.has("--quiet"), elapsed.count());
}

}  // namespace

int exit_status(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 2;
    case ErrorCode::kCheckFailed:
      return 3;
    case ErrorCode::kInvalidInput:
    case ErrorCode::kNotFound:
      return 4;
    case ErrorCode::kExhausted:
      return 5;
    case ErrorCode::kRemote:
      return 6;
    case ErrorCode::kInternal:
      return 70;
    case ErrorCode::kInterrupted:
      return 130;
    case ErrorCode::kConflict:
    case ErrorCode::kIo:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
      return 1;
  }
  return 70;
}

int run(const std::vector<std::string>& words) {
  const bool as_json = std::ranges::find(words, "--json") != words.end();
  try {
    return run_checked(words, as_json);
  } catch (const std::bad_alloc&) {
    return report_error(Error(ErrorCode::kExhausted, "out of memory")
                            .hint("try --threads 1 or a smaller --memory-limit"),
                        as_json);
  } catch (const std::system_error& e) {
    // Nothing of the standard library but starting a thread throws it here.
    return report_error(
        Error(ErrorCode::kExhausted, concat("no thread can be started: ", e.code().message()))
            .hint("try --threads 1, or raise the limit on processes or memory"),
        as_json);
  } catch (const std::exception& e) {
    return report_error(Error(ErrorCode::kInternal, concat("unexpected: ", e.what()))
                            .hint("this is a bug in hark; please report it"),
                        as_json);
  }
}

}  // namespace hark::cli
