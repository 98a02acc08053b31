#include "hark/generate/calls.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "hark/core/text.h"
#include "hark/generate/text_output.h"
#include "hark/stats/random.h"

namespace hark::generate {
namespace {

constexpr std::array<double, 7> kWeekday = {1.2, 1.2, 1.15, 1.15, 1.1, 0.7, 0.5};
constexpr std::int32_t kOpensAt = 7 * 3600;
constexpr std::int32_t kOpenSeconds = 15 * 3600;
constexpr std::int64_t kTargetSeconds = 20;  // of contract `calls`
/// Numbers of calls begin again after this.
constexpr std::uint64_t kNumbers = 5'000;
constexpr double kBeforeQueueShare = 0.05;  // of calls: ended in the voice menu
constexpr double kPhantoms = 1.0 / 200;     // of records, and so on
constexpr double kCopies = 1.0 / 500;
constexpr double kUnsaidWaits = 1.0 / 300;
constexpr double kUnnamedAgents = 1.0 / 150;
constexpr std::uint64_t kNumAgents = 24;

struct Queue {
  const char* name;
  double share;
  double median_service_s;
};
constexpr std::array<Queue, 4> kQueues = {
    {{"GEN", 0.55, 150}, {"WASTE", 0.2, 120}, {"TAX", 0.15, 260}, {"PERMITS", 0.1, 330}}};
constexpr double kServiceSigma = 0.7;

enum class Ending { kHandled, kAbandoned, kBeforeQueue, kPhantom };

struct Call {
  std::int64_t start_s = 0;  ///< seconds since 1970-01-01T00:00:00 on the wall
  std::uint64_t number = 0;
  std::size_t queue = 0;
  Ending ending = Ending::kHandled;
  bool is_queued = false;
  bool is_wait_said = true;
  std::int64_t menu_s = 0;
  std::int64_t wait_s = 0;
  std::int64_t service_s = 0;
  std::uint64_t agent = 0;  ///< 0: not named
};

struct Counts {
  std::int64_t records = 0, duplicates = 0, offered = 0, handled = 0, abandoned = 0;
  std::int64_t before_queue = 0, ignored = 0, wait_s = 0, waits = 0, service_s = 0, in_time = 0;
  std::int32_t first_day = 0, last_day = 0;
  std::int64_t days = 0;  ///< with an offered call
  std::array<std::int64_t, kQueues.size()> by_queue{};

  void add(const Call& call) {
    if (call.ending == Ending::kPhantom) {
      ++ignored;
      return;
    }
    if (call.ending == Ending::kBeforeQueue) {
      ++before_queue;
      return;
    }
    const auto day = static_cast<std::int32_t>(call.start_s / 86'400);
    if (offered == 0) first_day = day;
    if (offered == 0 || day != last_day) ++days;
    last_day = day;
    ++offered;
    ++by_queue[call.queue];
    if (call.ending == Ending::kAbandoned) {
      ++abandoned;
      return;
    }
    ++handled;
    service_s += call.service_s;
    if (!call.is_wait_said) return;
    ++waits;
    wait_s += call.wait_s;
    if (call.wait_s <= kTargetSeconds) ++in_time;
  }
};

std::int64_t seconds(double value) { return std::max<std::int64_t>(1, std::llround(value)); }

Call draw_call(const CallsOptions& options, stats::Pcg64& random) {
  Call call;
  const double place = random.uniform();
  double share = 0;
  for (std::size_t i = 0; i < kQueues.size(); ++i) {
    call.queue = i;
    share += kQueues[i].share;
    if (place < share) break;
  }
  call.menu_s = seconds(stats::lognormal_quantile(random.uniform_open(), 2, 0.5));
  const double wait = stats::exponential_quantile(random.uniform_open(), options.mean_wait_s);
  const double patience =
      stats::exponential_quantile(random.uniform_open(), options.mean_patience_s);
  const double service = kQueues[call.queue].median_service_s *
                         stats::lognormal_quantile(random.uniform_open(), 0, kServiceSigma);
  const std::uint64_t agent = 1 + random.below(kNumAgents);
  if (random.uniform() < kBeforeQueueShare) {
    call.ending = Ending::kBeforeQueue;
    return call;
  }
  if (random.uniform() >= options.taken_at_once) {
    call.is_queued = true;
    call.wait_s = seconds(std::min(wait, patience));
    if (patience < wait) {
      call.ending = Ending::kAbandoned;
      return call;
    }
  }
  call.service_s = seconds(service);
  call.agent = agent;
  return call;
}

void spoil(Call& call, stats::Pcg64& random) {
  if (random.uniform() < kPhantoms) {
    call.ending = Ending::kPhantom;
    call.is_queued = true;
    call.agent = 0;
  }
  if (random.uniform() < kUnsaidWaits) call.is_wait_said = false;
  if (random.uniform() < kUnnamedAgents) call.agent = 0;
}

void append_time_of_day(std::string& out, std::int64_t local_s) {
  const std::int64_t of_day = local_s % 86'400;
  const auto two = [&out](std::int64_t value) {
    if (value < 10) out += '0';
    append_int(out, value);
  };
  two(of_day / 3600);
  out += ':';
  two(of_day / 60 % 60);
  out += ':';
  two(of_day % 60);
}

void append_call(std::string& out, const Call& call) {
  append_int(out, static_cast<std::int64_t>(call.number));
  out += ',';
  out += calendar::format_date(static_cast<std::int32_t>(call.start_s / 86'400));
  out += ' ';
  append_time_of_day(out, call.start_s);
  out += ',';
  out += kQueues[call.queue].name;
  out += ',';
  if (call.is_queued)
    append_time_of_day(out, call.start_s + call.menu_s);
  else
    out += "0:00:00";  // as the source of the contract writes "none"
  out += ',';
  if (call.is_wait_said) append_int(out, call.wait_s);
  constexpr std::array<const char*, 4> kOutcomes = {"AGENT", "HANG", "HANG", "PHANTOM"};
  out += ',';
  out += kOutcomes[static_cast<std::size_t>(call.ending)];
  out += ',';
  append_int(out, call.service_s);
  out += ',';
  if (call.agent == 0)
    out += "NO_SERVER";
  else
    out += concat("AGENT ", call.agent);
  out += '\n';
}

Json truth_of(const CallsOptions& options, const Counts& counts) {
  Json shares = Json::object();
  Json by_queue = Json::object();
  for (std::size_t i = 0; i < kQueues.size(); ++i) {
    shares.set(kQueues[i].name, kQueues[i].share);
    by_queue.set(kQueues[i].name, counts.by_queue[i]);
  }
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return b == 0 ? Json() : Json(static_cast<double>(a) / static_cast<double>(b));
  };
  return Json::object(
      {{"dataset", "calls"},
       {"seed", options.seed},
       {"planted",
        Json::object({{"calls_per_day", options.calls_per_day},
                      {"mean_patience_s", options.mean_patience_s},
                      {"mean_wait_s", options.mean_wait_s},
                      {"taken_at_once", options.taken_at_once},
                      {"before_queue_share", kBeforeQueueShare},
                      {"share_by_queue", std::move(shares)},
                      // Who waits leaves with this probability.
                      {"abandoned_of_queued",
                       options.mean_wait_s / (options.mean_wait_s + options.mean_patience_s)}})},
       {"counts",
        Json::object({{"records", counts.records},
                      {"duplicates", counts.duplicates},
                      {"ignored", counts.ignored},
                      {"before_queue", counts.before_queue},
                      {"offered", counts.offered},
                      {"handled", counts.handled},
                      {"abandoned", counts.abandoned},
                      {"days", counts.days},
                      {"first", calendar::format_date(counts.first_day)},
                      {"last", calendar::format_date(counts.last_day)},
                      {"wait_s", counts.wait_s},
                      {"waits", counts.waits},
                      {"service_s", counts.service_s},
                      {"in_time", counts.in_time},
                      {"asa_s", ratio(counts.wait_s, counts.waits)},
                      {"aht_s", ratio(counts.service_s, counts.handled)},
                      {"service_level", ratio(counts.in_time, counts.waits + counts.abandoned)},
                      {"offered_by_queue", std::move(by_queue)}})}});
}

Result<void> validate(const CallsOptions& options) {
  const auto invalid = [](const char* message) {
    return Error(ErrorCode::kInvalidArgument, message);
  };
  const auto is_time = [](double s) { return s > 0 && s <= 86'400; };
  if (options.num_rows < 1 || options.num_rows > 20'000'000)
    return invalid("records must be from 1 to 20,000,000");
  if (!(options.calls_per_day >= 10 && options.calls_per_day <= 1e6))
    return invalid("calls per day must be from 10 to 1,000,000");
  if (options.first_day < calendar::days_from_civil(1990, 1, 1) ||
      options.first_day > calendar::days_from_civil(2090, 1, 1))
    return invalid("the first day must lie between 1990 and 2090");
  if (!is_time(options.mean_patience_s) || !is_time(options.mean_wait_s))
    return invalid("patience and wait must be above 0 and at most a day");
  if (!(options.taken_at_once >= 0 && options.taken_at_once <= 1))
    return invalid("the share that is taken at once must be in [0, 1]");
  return {};
}

}  // namespace

Result<GenerateReport> generate_calls(io::FileSystem& files, const std::string& path,
                                      const CallsOptions& options) {
  HARK_TRY_VOID(validate(options));
  std::string text = "call_id,started_at,queue,queue_start,wait_s,outcome,service_s,agent\n";
  Counts counts;
  std::uint64_t number = 0;
  std::vector<std::int64_t> starts;
  for (std::int32_t day = options.first_day;
       counts.records < static_cast<std::int64_t>(options.num_rows); ++day) {
    stats::Pcg64 random =
        stats::Pcg64::for_block(options.seed, static_cast<std::uint64_t>(day - options.first_day));
    const double mean = options.calls_per_day * kWeekday[calendar::weekday_from_days(day)];
    // Two uniform numbers make a day that is busiest at its middle.
    starts.resize(static_cast<std::size_t>(stats::poisson_quantile(random.uniform_open(), mean)));
    for (std::int64_t& start : starts) {
      const double place = (random.uniform() + random.uniform()) / 2;
      start =
          day * std::int64_t{86'400} + kOpensAt + static_cast<std::int64_t>(place * kOpenSeconds);
    }
    std::ranges::sort(starts);
    for (const std::int64_t start : starts) {
      if (counts.records == static_cast<std::int64_t>(options.num_rows)) break;
      Call call = draw_call(options, random);
      call.start_s = start;
      call.number = 1 + number++ % kNumbers;
      if (options.has_defects) spoil(call, random);
      counts.add(call);
      ++counts.records;
      append_call(text, call);
      const bool is_copied = options.has_defects && random.uniform() < kCopies &&
                             counts.records < static_cast<std::int64_t>(options.num_rows);
      if (!is_copied) continue;
      append_call(text, call);
      ++counts.records;
      ++counts.duplicates;
    }
  }
  HARK_TRY_VOID(files.write_atomically(path, text));
  return GenerateReport{options.num_rows, text.size(), truth_of(options, counts)};
}

}  // namespace hark::generate
