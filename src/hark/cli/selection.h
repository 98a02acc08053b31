// --since, --until, --where, --as-of as the figures want them.
#pragma once

#include "hark/cli/session.h"
#include "hark/insight/departments.h"
#include "hark/insight/requests.h"
#include "hark/insight/selection.h"

namespace hark::cli {

/// A local day of the city (days since 1970-01-01) where the option was given. Errors:
/// kInvalidArgument naming the option.
Result<std::optional<std::int32_t>> day_option(const Arguments& arguments, std::string_view option);

/// Errors: kInvalidArgument for a date or an expression that cannot be read.
Result<insight::Selection> selection_of(const Arguments& arguments,
                                        const contract::Contract& contract);

/// The options of the user that choose rows or say how they are read, as words. A contract's file
/// goes by its name.
std::vector<std::string> selection_words(const Arguments& arguments);

/// What "now" is for a source: --now, else when the lake's latest load was made, else the clock.
Instant now_for(const Session& session, const pipeline::OpenSource& source);

/// What requests to load: --since, --until, --where, --as-of, now and threads. Errors:
/// kInvalidArgument.
Result<insight::RequestLoad> request_load(const Arguments& arguments, const Session& session,
                                          const pipeline::OpenSource& source);

/// The departments of `table`, which `load` chose of `source`. Where days were chosen it is read
/// once more without them, for closings of requests that came before. Errors: those of
/// insight::department_report() and of reading.
Result<insight::DepartmentReport> departments_of(const pipeline::OpenSource& source,
                                                 const insight::RequestLoad& load,
                                                 const insight::RequestTable& table);

/// An answer with source, contract, table version and now filled in.
Answer answer_for(const pipeline::OpenSource& source, Instant now);

}  // namespace hark::cli
