// The picture while it is drawn: elements as text, and the places taken by labels.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "hark/chart/palette.h"

namespace hark::chart {

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
  double width() const noexcept { return right - left; }
  double height() const noexcept { return bottom - top; }
  /// With less than `gap` pixels between them.
  bool overlaps(const Box& other, double gap = 0) const noexcept {
    return left < other.right + gap && other.left < right + gap && top < other.bottom + gap &&
           other.top < bottom + gap;
  }
  bool contains(const Box& other) const noexcept {
    return other.left >= left && other.right <= right && other.top >= top && other.bottom <= bottom;
  }
};

/// A colour and the class that pages recolour it by: {"hk-c1", "fill", "#005EA2"}.
struct Paint {
  std::string_view name;
  std::string_view property;
  Color color;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Label {
  std::string text = {};
  double x = 0, baseline = 0;
  double size = 12;
  Anchor anchor = Anchor::kStart;
  bool is_bold = false;
  std::string full = {};  ///< told when pointing at it, where `text` was shortened
};

/// The place a label takes: from its ascenders to its descenders.
Box box_of(const Label& label) noexcept;

inline constexpr double kTickSize = 11, kLabelSize = 12, kTitleSize = 16, kSubtitleSize = 13;

class Canvas {
 public:
  /// Both must outlive the canvas.
  explicit Canvas(const Palette& palette, std::string_view id, bool has_keys = true)
      : palette_(palette), id_(id), has_keys_(has_keys) {}

  const Palette& palette() const noexcept { return palette_; }
  std::string_view id() const noexcept { return id_; }
  /// Whether marks are to carry data-k.
  bool has_keys() const noexcept { return has_keys_; }

  /// Appends elements as they are.
  void add(std::string_view markup) { body_ += markup; }
  void add_number(double pixels);
  /// ` name="12.5"`
  void add_attribute(std::string_view name, double pixels);
  void add_attribute(std::string_view name, std::string_view text);
  /// ` class="…" fill="…"`
  void add_paint(std::initializer_list<Paint> paints);
  void open_group(std::initializer_list<Paint> paints, std::string_view attributes = {});
  /// The two halves of open_group(): attributes go between them.
  void begin_group();
  void enter_group();
  /// A group without content leaves no trace. What most of its texts have in common is written
  /// once.
  void close_group();

  /// A line of ink on a wider pale one, so that it shows on light and on dark marks. `attributes`
  /// go to the ink: a dash pattern, data-k.
  void add_grounded_line(std::string_view path, double width, std::string_view attributes);

  /// Writes a label in the colour of the open group and takes its place.
  void draw_text(const Label& label);
  /// True if the place of `label` is free and inside `limits`.
  bool is_free(const Label& label, const Box& limits) const noexcept;
  /// Notes that marks are drawn in `box`: a label there can be read, but hides data.
  void cover(const Box& box) { covered_.push_back(box); }
  bool hides_marks(const Label& label) const noexcept;
  /// Takes a place without drawing.
  void occupy(const Box& box) { taken_.push_back(box); }

  const std::string& body() const noexcept { return body_; }

 private:
  const Palette& palette_;
  std::string_view id_;
  bool has_keys_;
  std::string body_;
  /// Where the size and the anchor of a text stand in body_.
  struct TextStyle {
    std::size_t start = 0, end = 0;
    double size = 0;
    Anchor anchor = Anchor::kStart;
  };
  struct Group {
    std::size_t start = 0, content = 0;  ///< positions in body_
    bool has_groups = false;
    std::vector<TextStyle> texts = {};
  };
  /// ` font-size="11" text-anchor="middle"`
  static std::string style_text(const TextStyle& style, bool with_start);
  void share_text_style(const Group& group);
  std::vector<Group> groups_;
  std::vector<Box> taken_, covered_;
};

}  // namespace hark::chart
