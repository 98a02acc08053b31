#include "hark/cli/commands.h"

#include <algorithm>
#include <iterator>

namespace hark::cli {

std::vector<Command> all_commands() {
  std::vector<Command> all;
  for (const auto& make :
       {generate_commands, kpi_commands, test_commands, period_commands, place_commands,
        series_commands, profile_commands, report_commands, sql_commands, lake_commands,
        sync_commands, look_commands, care_commands, contract_commands, machine_commands}) {
    std::vector<Command> some = make();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  for (Command& command : all) {
    if (command.selects_rows)
      std::ranges::copy(selection_options(), std::back_inserter(command.options));
  }
  return all;
}

}  // namespace hark::cli
