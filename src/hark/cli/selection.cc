#include "hark/cli/selection.h"

#include "hark/calendar/civil.h"
#include "hark/core/text.h"

namespace hark::cli {

Result<std::optional<std::int32_t>> day_option(const Arguments& arguments,
                                               std::string_view option) {
  if (!arguments.has(option)) return std::optional<std::int32_t>();
  const std::string text = arguments.text(option);
  const auto instant = text.size() == 10 ? parse_instant(text)
                                         : Result<Instant>(Error(ErrorCode::kInvalidArgument, ""));
  if (!instant) {
    return Error(ErrorCode::kInvalidArgument, concat(option, ": not a date: '", text, "'"))
        .hint("write 2024-03-01, a local day of the city");
  }
  return std::optional<std::int32_t>(static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(*instant).time_since_epoch().count()));
}

Result<insight::Selection> selection_of(const Arguments& arguments,
                                        const contract::Contract& contract) {
  insight::Selection selection;
  HARK_TRY(selection.since_day, day_option(arguments, "--since"));
  HARK_TRY(selection.until_day, day_option(arguments, "--until"));
  if (selection.since_day && selection.until_day && *selection.since_day >= *selection.until_day) {
    return Error(ErrorCode::kInvalidArgument,
                 concat("no day is both from ", arguments.text("--since"), " on and before ",
                        arguments.text("--until")))
        .hint("--until names the first day that is left out");
  }
  if (arguments.has("--where")) {
    HARK_TRY(selection.where, contract::Expression::parse(arguments.text("--where"), contract));
  }
  return selection;
}

std::vector<std::string> selection_words(const Arguments& arguments) {
  std::vector<std::string> words;
  for (const char* const option :
       {"--since", "--until", "--where", "--as-of", "--now", "--contract"}) {
    if (!arguments.has(option)) continue;
    words.emplace_back(option);
    // A path of this machine is nobody's business in a report.
    words.emplace_back(option == std::string_view("--contract")
                           ? std::string(io::file_name(arguments.text(option)))
                           : arguments.text(option));
  }
  return words;
}

Instant now_for(const Session& session, const pipeline::OpenSource& source) {
  return !session.is_now_given() && source.retrieved_at ? *source.retrieved_at : session.now();
}

Result<insight::RequestLoad> request_load(const Arguments& arguments, const Session& session,
                                          const pipeline::OpenSource& source) {
  insight::RequestLoad load;
  HARK_TRY(load.selection, selection_of(arguments, *source.contract));
  load.now = now_for(session, source);
  load.threads = session.threads();
  load.has_column = source.has_column;
  if (arguments.has("--as-of")) {
    HARK_TRY(load.as_of, parse_instant(arguments.text("--as-of")));
  }
  return load;
}

Result<insight::DepartmentReport> departments_of(const pipeline::OpenSource& source,
                                                 const insight::RequestLoad& load,
                                                 const insight::RequestTable& table) {
  const contract::Contract& contract = *source.contract;
  if (!load.selection.has_days()) return department_report(table, contract, load.threads);
  insight::RequestLoad of_all_days = load;
  of_all_days.selection.since_day.reset();
  of_all_days.selection.until_day.reset();
  of_all_days.with_places = false;
  of_all_days.with_outcomes = false;
  HARK_TRY(const auto uncut, insight::load_requests(*source.rows, contract, of_all_days));
  return department_report(table, contract, load.threads,
                           {&uncut, load.selection.since_day, load.selection.until_day});
}

Answer answer_for(const pipeline::OpenSource& source, Instant now) {
  Answer answer;
  answer.source = source.path;
  answer.contract = source.contract->name;
  answer.table_version = source.table_version;
  answer.now = format_instant(now);
  answer.warnings = source.warnings;
  return answer;
}

}  // namespace hark::cli
