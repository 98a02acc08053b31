#include "hark/contract/evolution.h"

#include "hark/core/text.h"

namespace hark::contract {

Result<void> check_evolution(const Contract& before, const Contract& now) {
  const auto refuse = [&](std::string what) {
    return Error(ErrorCode::kConflict,
                 concat("contract '", now.name, "' does not fit the table that is there: ", what))
        .hint(
            "nothing was changed; give the contract another name, which makes a table of its own, "
            "or load the old files with it into a new lake");
  };
  if (before.kind != now.kind)
    return refuse(concat("it held ", name_of(before.kind), ", not ", name_of(now.kind)));
  if (before.time_zone != now.time_zone)
    return refuse(concat("its time zone was ", before.time_zone, ", not ", now.time_zone));
  if (before.key != now.key)
    return refuse(concat("its key was ", join(before.key, ", "), ", not ", join(now.key, ", ")));
  for (const ColumnSpec& column : before.columns) {
    const ColumnSpec* const same = now.find(column.name);
    if (same == nullptr) return refuse(concat("column '", column.name, "' is gone"));
    if (same->type != column.type) {
      return refuse(concat("column '", column.name, "' was ", name_of(column.type), ", not ",
                           name_of(same->type)));
    }
  }
  return {};
}

}  // namespace hark::contract
