#include <algorithm>

#include "hark/core/text.h"
#include "hark/report/render.h"
#include "hark/report/report.h"

namespace hark::report {

Result<std::vector<std::string>> write_report(io::FileSystem& files, const std::string& folder,
                                              const Document& document,
                                              const std::vector<std::string>& formats) {
  for (const std::string& format : formats) {
    if (format != "html" && format != "md" && format != "svg") {
      return Error(ErrorCode::kInvalidArgument, concat("no report format '", format, "'"))
          .hint("there are: html, md, svg");
    }
  }
  const auto wants = [&](std::string_view format) {
    return std::ranges::find(formats, format) != formats.end();
  };
  std::vector<std::string> written;
  const auto write = [&](std::string_view name, std::string_view bytes) -> Result<void> {
    std::string path = io::join_path(folder, name);
    HARK_TRY_VOID(files.write_atomically(path, bytes));
    written.push_back(std::move(path));
    return {};
  };
  HARK_TRY_VOID(files.create_directories(folder));
  if (wants("svg")) {
    HARK_TRY_VOID(files.create_directories(io::join_path(folder, "charts")));
    for (const auto& [name, svg] : render_charts(document)) HARK_TRY_VOID(write(name, svg));
  }
  if (wants("md")) HARK_TRY_VOID(write("report.md", render_markdown(document, wants("svg"))));
  if (wants("html")) HARK_TRY_VOID(write("report.html", render_html(document)));
  return written;
}

}  // namespace hark::report
