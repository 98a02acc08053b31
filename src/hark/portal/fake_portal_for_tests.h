// Portals in memory that take exactly the queries the feeds may ask, and refuse all others with
// 400.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "hark/core/text.h"
#include "hark/io/http.h"

namespace hark::portal {

/// The query's fields, decoded.
inline std::map<std::string, std::string> query_of(const std::string& url) {
  std::map<std::string, std::string> fields;
  const std::size_t mark = url.find('?');
  if (mark == std::string::npos) return fields;
  const std::string query = url.substr(mark + 1);
  for (const std::string_view part : split(query, '&')) {
    std::string value;
    const std::string_view text = part.substr(part.find('=') + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '%' && i + 2 < text.size()) {
        value += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
      } else {
        value += text[i];
      }
    }
    fields[std::string(part.substr(0, part.find('=')))] = value;
  }
  return fields;
}

class FakePortal : public io::HttpClient {
 public:
  Result<io::HttpResponse> get(const io::HttpRequest& request) override {
    urls.push_back(request.url);
    headers = request.headers;
    if (before_answer) before_answer(urls.size());
    io::HttpResponse response;
    response.status = 200;
    response.headers = {{"ETag", concat("\"", urls.size(), "\"")},
                        {"Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT"}};
    if (!answer(request.url, response.body)) {
      return Error(ErrorCode::kRemote, concat("status 400 for ", request.url));
    }
    return response;
  }

  std::vector<std::string> urls;
  std::vector<io::HttpHeader> headers;  ///< of the last request
  /// Told the number of the request, from 1, before it is answered.
  std::function<void(std::size_t)> before_answer;
  bool shuffles = false;

 protected:
  virtual bool answer(const std::string& url, std::string& body) = 0;

  std::string array_of(std::vector<std::string> records) {
    if (shuffles) std::shuffle(records.begin(), records.end(), random_);
    return "[" + join(records, "\n,") + "]\n";
  }

 private:
  std::mt19937 random_{311};
};

class FakeSocrata final : public FakePortal {
 public:
  struct Row {
    int number = 0;  ///< the order of ids inside the portal, which their texts do not show
    std::string updated_at;
    std::string fields;  ///< more members: "\"a\":\"1\""
    std::string id() const { return concat("row-", (number * 7919) % 10007, "'~", number); }
  };

  std::vector<Row> rows;

 protected:
  bool answer(const std::string& url, std::string& body) override {
    auto query = query_of(url);
    if (url.substr(0, url.find('?')) != "https://city.example/resource/abcd-1234.json")
      return false;
    if (query["$select"] == "count(*) AS total" && query.size() == 1) {
      body = concat("[{\"total\":\"", rows.size(), "\"}]");
      return true;
    }
    std::vector<Row> found = rows;
    if (!query["$where"].empty()) {
      static const std::regex form(
          R"(:updated_at > '([^']+)' OR \(:updated_at = '([^']+)' AND :id > '((?:[^']|'')+)'\))");
      std::smatch parts;
      const std::string where = query["$where"];
      if (!std::regex_match(where, parts, form) || parts[1] != parts[2]) return false;
      const std::string id = std::regex_replace(parts[3].str(), std::regex("''"), "'");
      const auto after = std::ranges::find(rows, id, &Row::id);
      if (after == rows.end()) return false;
      std::erase_if(found, [&](const Row& row) {
        return !(row.updated_at > parts[1].str() ||
                 (row.updated_at == parts[1].str() && row.number > after->number));
      });
    }
    if (query["$select"] != ":*,*" || query["$order"] != ":updated_at,:id") return false;
    std::ranges::sort(found, [](const Row& a, const Row& b) {
      return std::tie(a.updated_at, a.number) < std::tie(b.updated_at, b.number);
    });
    found.resize(std::min(found.size(), static_cast<std::size_t>(std::stoul(query["$limit"]))));
    std::vector<std::string> records;
    for (const Row& row : found)
      records.push_back(concat("{\":id\":\"", row.id(), "\",\":updated_at\":\"", row.updated_at,
                               "\",", row.fields, "}"));
    body = array_of(std::move(records));
    return true;
  }
};

class FakeOpendatasoft final : public FakePortal {
 public:
  struct Row {
    std::string changed;  ///< "2024-05-01T12:00:00+00:00"; empty: null
    std::string fields;
  };

  std::vector<Row> rows;
  std::size_t rows_kept_back = 0;  ///< of an export, at its end
  /// Of a fraction of a second, in its answers; it compares all of them.
  std::size_t digits_written = 6;

 protected:
  bool answer(const std::string& url, std::string& body) override {
    auto query = query_of(url);
    const std::string base = "https://city.example/api/explore/v2.1/catalog/datasets/requests/";
    const std::string path = url.substr(0, url.find('?'));
    std::vector<Row> found = rows;
    const auto read = [](const std::string& text) { return *parse_instant(text); };
    static const std::regex not_null("changed is not null");
    static const std::regex from(R"(changed >= date'([^']+)')");
    static const std::regex window(R"(changed >= date'([^']+)' and changed < date'([^']+)')");
    static const std::regex first(R"(changed is null or changed < date'([^']+)')");
    std::smatch parts;
    const std::string where = query["where"];
    const bool is_first = std::regex_match(where, parts, first);
    std::optional<Instant> least, end;
    if (is_first) end = read(parts[1]);
    if (std::regex_match(where, parts, from)) least = read(parts[1]);
    if (std::regex_match(where, parts, window)) {
      least = read(parts[1]);
      end = read(parts[2]);
    }
    if (!where.empty() && !least && !end && !std::regex_match(where, not_null)) return false;
    std::erase_if(found, [&](const Row& row) {
      if (row.changed.empty()) return !where.empty() && !is_first;
      const Instant at = read(row.changed);
      return (least && at < *least) || (end && at >= *end);
    });
    std::ranges::stable_sort(found, {}, &Row::changed);
    if (path == base + "records") {
      const auto limit = std::stoul(query["limit"]);
      const auto offset = query["offset"].empty() ? 0 : std::stoul(query["offset"]);
      if (limit + offset > 10'000 || limit > 100) return false;
      std::vector<std::string> results;
      for (std::size_t i = offset; i < std::min<std::size_t>(found.size(), offset + limit); ++i)
        results.push_back(concat("{\"changed\":\"", written(found[i].changed), "\"}"));
      body = concat("{\"total_count\":", found.size(), ",\"results\":[", join(results, ","), "]}");
      return true;
    }
    if (path != base + "exports/json" || query["timezone"] != "UTC") return false;
    found.resize(found.size() - std::min(found.size(), rows_kept_back));
    std::vector<std::string> records;
    for (const Row& row : found) {
      const std::string changed =
          row.changed.empty() ? "null" : concat("\"", written(row.changed), "\"");
      records.push_back(concat("{\"changed\":", changed, ",", row.fields, "}"));
    }
    body = array_of(std::move(records));
    return true;
  }

 private:
  std::string written(std::string text) const {
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos) return text;
    const std::size_t zone = text.find('+');
    const std::size_t end = digits_written == 0 ? dot : std::min(dot + 1 + digits_written, zone);
    return text.substr(0, end) + text.substr(zone);
  }
};

}  // namespace hark::portal
