// The marks, one function per kind; each draws all its rows.
#pragma once

#include <cstddef>
#include <string>

#include "hark/chart/canvas.h"
#include "hark/chart/frame.h"
#include "hark/chart/prepare.h"

namespace hark::chart {

/// Fill patterns that the marks and the legend refer to.
void add_patterns(Canvas& canvas, const Prepared& data);

void draw_lines_and_areas(Canvas& canvas, Frame& frame, const Prepared& data);
void draw_bars(Canvas& canvas, const Frame& frame, const Prepared& data);
void draw_heat(Canvas& canvas, const Frame& frame, const Prepared& data);
void draw_map(Canvas& canvas, Frame& frame, const Prepared& data);
void draw_dots(Canvas& canvas, const Frame& frame, const Prepared& data);
void draw_strips(Canvas& canvas, const Frame& frame, const Prepared& data);
void draw_ranges(Canvas& canvas, const Frame& frame, const Prepared& data);
void draw_texts(Canvas& canvas, Frame& frame, const Prepared& data);

/// Rule lines, notes and the labels of bands, above the marks.
void draw_annotations(Canvas& canvas, Frame& frame, const Prepared& data);

/// Lines and areas with more values than this per series are drawn as the lowest and the highest
/// value of each pixel column.
bool is_thinned(const Prepared& data) noexcept;

/// Rows of each series in their order, those on few rows apart at the end.
template <typename Draw>
void for_each_series(Canvas& canvas, const Prepared& data, const Draw& draw_row) {
  for (std::size_t series = 0; series < data.series.size(); ++series)
    for (const bool is_few : {false, true}) {
      bool is_open = false;
      for (std::size_t row = 0; row < data.num_rows; ++row) {
        if (!data.is_drawn[row] || data.series_of_row[row] != series || data.is_few[row] != is_few)
          continue;
        if (!is_open) {
          canvas.begin_group();
          if (is_few)
            add_few_fill(canvas);
          else
            add_series_fill(canvas, data, series);
          canvas.enter_group();
        }
        is_open = true;
        draw_row(row, series);
      }
      if (is_open) canvas.close_group();
    }
}

/// The value next to the end of a horizontal mark (left of it where the mark runs left from
/// `start`), if its place is free.
void draw_value_label(Canvas& canvas, const Frame& frame, const Prepared& data, std::size_t row,
                      double end, double start, double middle);

/// ` data-k="17"`, where the canvas has keys.
void add_key(Canvas& canvas, std::size_t row);
void add_key(Canvas& canvas, std::string_view key);
/// What pointing at the mark tells: "NYPD: 31.2 h, 95 % 30.1 h–32 h, n 1,204".
std::string mark_title(const Prepared& data, std::size_t row);
/// `><title>…</title></tag>` with the mark's title.
void close_with_title(Canvas& canvas, const Prepared& data, std::size_t row, std::string_view tag);
/// A label on a faint ground, so that it can be read above marks.
void draw_label_on_ground(Canvas& canvas, const Label& label);
/// Interval ends of a row as a line with caps, along the value axis, at `across` on the other one.
void draw_whisker(Canvas& canvas, const Frame& frame, const Prepared& data, std::size_t row,
                  double across);

}  // namespace hark::chart
