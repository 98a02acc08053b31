#include "hark/calendar/zone_file.h"

namespace hark::calendar {

std::string_view footer_of(std::string_view zone_file) noexcept {
  // Version 1 has no footer; later ones end in it, between two line ends.
  if (!zone_file.starts_with("TZif") || zone_file.size() < 6 || zone_file[4] < '2') return {};
  if (zone_file.back() != '\n') return {};
  zone_file.remove_suffix(1);
  const std::size_t before = zone_file.rfind('\n');
  return before == zone_file.npos ? std::string_view() : zone_file.substr(before + 1);
}

bool tells_of_changes(std::string_view footer) noexcept { return footer.find(',') != footer.npos; }

}  // namespace hark::calendar
