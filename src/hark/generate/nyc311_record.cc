// Writing and counting one request; drawing it is in nyc311_block.cc.
#include <algorithm>

#include "hark/core/text.h"
#include "hark/generate/nyc311_block.h"
#include "hark/generate/text_output.h"

namespace hark::generate {
namespace {

constexpr std::string_view kBridges[] = {"Eastway Expwy", "Harbor Line Pkwy", "Northgate Br"};

void append_spelt(std::string& out, std::string_view name, unsigned spelling) {
  std::string text(name);
  if (spelling == 1) text = lower(text);
  if (spelling == 2) {
    for (char& c : text) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
  }
  if (spelling == 3) {
    if (const std::size_t space = text.find(' '); space != std::string::npos) {
      text.insert(space, 1, ' ');
    }
    text += ' ';
  }
  append_field(out, text);
}

}  // namespace

std::string_view portal_header() noexcept {
  return "Unique Key,Created Date,Closed Date,Agency,Agency Name,Complaint "
         "Type,Descriptor,Location "
         "Type,Incident Zip,Incident Address,Street Name,Cross Street 1,Cross Street "
         "2,Intersection "
         "Street 1,Intersection Street 2,Address Type,City,Landmark,Facility Type,Status,Due Date,"
         "Resolution Description,Resolution Action Updated Date,Community Board,BBL,Borough,X "
         "Coordinate (State Plane),Y Coordinate (State Plane),Open Data Channel Type,Park Facility "
         "Name,Park Borough,Vehicle Type,Taxi Company Borough,Taxi Pick Up Location,Bridge Highway "
         "Name,Bridge Highway Direction,Road Ramp,Bridge Highway Segment,Latitude,Longitude,"
         "Location\n";
}

void Nyc311BlockMaker::write_text(const Request& request, std::string& out) const {
  if (request.text.empty()) return;
  const std::string_view agency = agencies()[complaint_types()[request.type].agency].name;
  const bool is_quoted = request.flaw == TextFlaw::kNewline ||
                         request.text.find_first_of(",\"") != std::string_view::npos;
  if (is_quoted) out += '"';
  out += "The ";
  out += agency;
  out += request.text.substr(1);
  switch (request.flaw) {
    case TextFlaw::kNone:
      break;
    case TextFlaw::kNewline:
      out += "\nMore information is available online.";
      break;
    case TextFlaw::kMojibake:  // a right quotation mark, UTF-8 read as Windows-1252
      out += " See the city\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2s website.";
      break;
    case TextFlaw::kBadUtf8:  // Latin-1
      out += " Ask at the caf\xE9 on site.";
      break;
  }
  if (is_quoted) out += '"';
}

void Nyc311BlockMaker::write_place(const Request& request, std::string& out) const {
  const Place& place = request.place;
  if (place.neighbourhood == nullptr) {
    out += ",,,,,,,,,,";  // zip to landmark
    return;
  }
  out += request.zip;
  out += ',';
  if (!place.is_intersection) {
    append_int(out, place.house);
    out += ' ';
    out += place.streets[0];
    out += ',';
    out += place.streets[0];
    out += ',';
    out += place.streets[1];
    out += ',';
    out += place.streets[2];
    out += ",,,ADDRESS,";
  } else {
    out += ",,,,";
    out += place.streets[0];
    out += ',';
    out += place.streets[1];
    out += ",INTERSECTION,";
  }
  out += place.neighbourhood->city;
  out += ",,";  // no landmark
}

void Nyc311BlockMaker::write(const Request& request, std::string& out) const {
  const ComplaintType& type = complaint_types()[request.type];
  const Agency& agency = agencies()[type.agency];
  const Place& place = request.place;
  const bool is_placed = place.neighbourhood != nullptr;
  const std::string_view borough =
      is_placed ? kBoroughs[place.neighbourhood->borough] : "Unspecified";
  const auto clock = [&](const std::optional<std::int64_t>& local, std::string_view text = {}) {
    out += ',';
    if (!text.empty()) {
      out += text;
    } else if (local) {
      append_portal_clock(out, *local);
    }
  };
  const auto field = [&](std::string_view text) {
    out += ',';
    append_field(out, text);
  };

  append_int(out, static_cast<std::int64_t>(request.key));
  clock(request.created_local, request.created_text);
  clock(request.closed_local, request.closed_text);
  field(agency.code);
  field(agency.name);
  out += ',';
  append_spelt(out, type.name, request.spelling);
  field(type.descriptors[request.descriptor]);
  field(type.location_type);
  out += ',';
  write_place(request, out);
  out += agency.facility;
  field(request.status);
  clock(request.due_local);
  out += ',';
  write_text(request, out);
  clock(request.updated_local);
  out += ',';
  if (is_placed) {
    const unsigned board = place.neighbourhood->board;
    if (board < 10) out += '0';
    append_int(out, board);
    out += ' ';
    out += borough;
    out += ',';
    // Borough, block and lot.
    if (!place.is_intersection) {
      append_int(out, (place.neighbourhood->borough + 1) * std::int64_t{1'000'000'000} +
                          (1000 + place.lot / 10) * std::int64_t{10'000} + place.lot % 100 + 1);
    }
  } else {
    out += "0 Unspecified,";
  }
  field(borough);
  out += ',';
  if (is_placed) append_int(out, place.x);
  out += ',';
  if (is_placed) append_int(out, place.y);
  field(request.channel);
  field("Unspecified");  // park facility
  field(borough);
  // Vehicle type, taxi company's borough, pick-up place.
  const bool is_ride = agency.code == "TLC";
  field(is_ride ? "Car Service" : "");
  out += ",,";
  if (is_ride && is_placed) {
    out += place.streets[1];
    out += ' ';
    out += borough;
  }
  // Bridge or highway: name, direction, ramp, segment.
  if (agency.code == "DOT" && request.key % 64 == 0) {
    field(kBridges[request.key / 64 % std::size(kBridges)]);
    out += ",Northbound,Roadway,";
  } else {
    out += ",,,,";
  }
  out += ',';
  if (is_placed) {
    append_degrees(out, place.latitude);
    out += ',';
    append_degrees(out, place.longitude);
    out += ",\"(";
    append_degrees(out, place.latitude);
    out += ", ";
    append_degrees(out, place.longitude);
    out += ")\"\n";
  } else {
    out += ",,\n";
  }
}

void Nyc311BlockMaker::count_closing(const Request& request, Nyc311Counts& counts) const {
  if (!request.closed_text.empty()) {
    ++counts[Count::kUnparsed];
    return;
  }
  const std::int64_t local = *request.closed_local;
  if (local < wall(1990) || local >= wall(2100)) {
    ++counts[Count::kSentinel];
    return;
  }
  const calendar::ZonedTime created = rates_.zone().from_local(request.created_local);
  const calendar::ZonedTime closed = rates_.zone().from_local(local);
  if (closed.utc_s > rates_.extract_utc_s()) {
    ++counts[Count::kFuture];
    return;
  }
  std::int64_t duration = closed.utc_s - created.utc_s;
  // In the autumn fold the second reading counts where the first alone is negative.
  if (duration < 0 && duration + closed.fold_width_s >= 0) duration += closed.fold_width_s;
  if (duration < 0) {
    ++counts[Count::kNegative];
    return;
  }
  ++counts[Count::kClosed];
  counts.as_of_utc_s = std::max(counts.as_of_utc_s, created.utc_s + duration);
  if (created.is_fold || closed.is_fold) ++counts[Count::kFoldRows];
  AgencyClosings& agency = counts.by_agency[complaint_types()[request.type].agency];
  const bool is_instant = duration < 600;
  const bool is_midnight = local % kDay == 0;
  ++agency.n;
  agency.at_midnight += is_midnight ? 1 : 0;
  agency.instant_at_midnight += is_midnight && is_instant ? 1 : 0;
  counts[Count::kZero] += duration == 0 ? 1 : 0;
  counts[Count::kInstant] += is_instant ? 1 : 0;
}

void Nyc311BlockMaker::count(const Request& request, Nyc311Counts& counts) const {
  const ComplaintType& type = complaint_types()[request.type];
  const Neighbourhood* home = request.place.neighbourhood;
  const bool has_closing = request.closed_local || !request.closed_text.empty();
  const bool is_closed_status = request.status == "Closed";
  ++counts[Count::kRows];
  ++counts.by_type[request.type];
  ++counts.by_borough[home != nullptr ? home->borough : kNumBoroughs];
  const auto second_of_day = request.created_local % kDay;
  const auto day = static_cast<std::int32_t>(request.created_local / kDay);
  const calendar::Date date = calendar::civil_from_days(day);
  const calendar::Date first = calendar::civil_from_days(options_.first_day);
  ++counts.by_hour[static_cast<std::size_t>(second_of_day / 3600)];
  ++counts.by_weekday[calendar::weekday_from_days(day)];
  ++counts.by_month[static_cast<std::size_t>((date.year - first.year) * 12 + date.month -
                                             static_cast<std::int32_t>(first.month))];
  counts[Count::kCreatedAtMidnight] += second_of_day == 0 ? 1 : 0;
  counts[Count::kCreatedAtNoon] += second_of_day == kDay / 2 ? 1 : 0;
  const calendar::ZonedTime created = rates_.zone().from_local(request.created_local);
  counts.as_of_utc_s = std::max(counts.as_of_utc_s, created.utc_s);
  counts[Count::kGapRows] += request.is_in_gap ? 1 : 0;
  if (has_closing) {
    count_closing(request, counts);
    counts[Count::kOpenWithTime] += is_closed_status ? 0 : 1;
  } else {
    counts[Count::kFoldRows] += created.is_fold ? 1 : 0;
    ++counts[Count::kOpen];
    counts[Count::kClosedWithoutTime] += is_closed_status ? 1 : 0;
    counts[Count::kTextOnOpen] += request.text.empty() || is_closed_status ? 0 : 1;
  }
  counts[Count::kNewlines] += request.flaw == TextFlaw::kNewline ? 1 : 0;
  counts[Count::kMojibake] += request.flaw == TextFlaw::kMojibake ? 1 : 0;
  counts[Count::kImpossibleZips] += home != nullptr && request.zip != home->zip ? 1 : 0;
  if (request.spelling != 0) {
    std::string spelt;
    append_spelt(spelt, type.name, request.spelling);
    counts[Count::kOtherSpellings] += spelt != type.name ? 1 : 0;
  }
}

}  // namespace hark::generate
