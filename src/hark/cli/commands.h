// The commands, by file. Each function returns those of one area; commands.cc puts them in help's
// order.
#pragma once

#include <vector>

#include "hark/cli/command.h"

namespace hark::cli {

std::vector<Command> kpi_commands();       ///< kpi contact|requests|backlog|departments
std::vector<Command> test_commands();      ///< test kruskal|chi2|logrank, decompose
std::vector<Command> period_commands();    ///< test rate, changes
std::vector<Command> place_commands();     ///< hotspots
std::vector<Command> series_commands();    ///< series, forecast
std::vector<Command> lake_commands();      ///< init, ingest, build, check, run
std::vector<Command> sync_commands();      ///< sync
std::vector<Command> look_commands();      ///< quarantine ls, quarantine show, history
std::vector<Command> care_commands();      ///< vacuum, quarantine retry
std::vector<Command> sql_commands();       ///< sql
std::vector<Command> report_commands();    ///< report
std::vector<Command> profile_commands();   ///< profile
std::vector<Command> contract_commands();  ///< contract list, show, lint
std::vector<Command> generate_commands();  ///< generate nyc311, generate vancouver, demo
std::vector<Command> machine_commands();   ///< doctor, version, completions

}  // namespace hark::cli
