#include <algorithm>

#include "hark/cli/commands.h"
#include "hark/cli/selection.h"
#include "hark/cli/session.h"
#include "hark/cli/text_table.h"
#include "hark/core/text.h"
#include "hark/insight/hot_spots.h"

namespace hark::cli {
namespace {

std::string hot_spot_text(const Json& answer) {
  std::vector<std::pair<std::string, std::string>> lines = {
      {"requests with a place",
       concat(show_count(answer["n"].as_int()), "  (", show_count(answer["without_place"].as_int()),
              " without, ", show_count(answer["outside"].as_int()), " far outside)")},
      {"cells of 500 m", concat(show_count(answer["cells_with_requests"].as_int()), ", ",
                                show_count(answer["hot_cells"].as_int()), " of them hot, ",
                                show_count(answer["cold_cells"].as_int()), " cold")}};
  if (!answer["hot_share"].is_null())
    lines.emplace_back("requests in hot cells", show_percent(answer["hot_share"].as_double(), 1));
  if (!answer["top_area"].is_null()) {
    lines.emplace_back("area with the most",
                       concat(answer["top_area"]["name"].as_string(), ", ",
                              show_percent(answer["top_area"]["share"].as_double(), 1), " of ",
                              show_count(answer["areas"].as_int()), " areas' requests"));
    lines.emplace_back("unevenness of areas (Gini)", fixed(answer["gini"].as_double(), 4));
  }
  std::string text = name_value_lines(lines);
  if (answer["hot_cells"].as_int() == 0) return text + "\nno cell is hot beyond chance\n";
  TextTable cells({{"area"},
                   {"latitude", Align::kRight},
                   {"longitude", Align::kRight},
                   {"requests", Align::kRight},
                   {"z", Align::kRight},
                   {"q", Align::kRight}});
  constexpr std::int64_t kShown = 10;
  std::int64_t shown = 0;
  for (const Json& cell : answer["cells"].items()) {
    if (!cell["hot"].as_bool() || shown == kShown) break;
    const double q = cell["q"].as_double();
    cells.add({std::string(cell["area"].is_null() ? "" : cell["area"].as_string()),
               fixed(cell["lat"].as_double(), 4), fixed(cell["lon"].as_double(), 4),
               show_count(cell["n"].as_int()), fixed(cell["gi_z"].as_double(), 1),
               q < 1e-4 ? "< 0.0001" : fixed(q, 4)});
    ++shown;
  }
  text += "\n" + cells.to_string();
  if (answer["hot_cells"].as_int() > shown)
    text += concat("(the ", shown, " hottest; --json has all)\n");
  if (const std::int64_t hidden = answer["not_shown"]["cells"].as_int(); hidden > 0)
    text += concat(show_count(hidden), " cells with fewer than ", insight::kSmallestShownCell,
                   " requests are not shown by themselves\n");
  return text;
}

Result<Answer> hot_spots(const Arguments& arguments, Session& session) {
  HARK_TRY(const auto source, session.open_source(arguments.text("SOURCE")));
  HARK_TRY(auto load, request_load(arguments, session, source));
  load.with_places = true;
  HARK_TRY(const auto table, insight::load_requests(*source.rows, *source.contract, load));
  HARK_TRY(const auto report, insight::hot_spots(table, *source.contract, session.threads()));
  Answer answer = answer_for(source, load.now);
  answer.data = insight::to_json(report);
  answer.text = hot_spot_text(answer.data);
  return answer;
}

}  // namespace

std::vector<Command> place_commands() {
  return {{"hotspots",
           "Where do requests heap beyond chance? Getis-Ord Gi* on cells of 500 m, and the spread "
           "over areas.",
           {"hark hotspots 311.csv", "hark hotspots lake --where \"complaint_type = 'Rodent'\""},
           {{"SOURCE", "a lake (LAKE@v12 as it was) or a data file"}},
           {},
           hot_spots,
           true}};
}

}  // namespace hark::cli
