#include "hark/chart/format.h"

namespace hark::chart {
namespace {

// Phrases put counts behind a colon, so that no language needs plural rules here.
constexpr Locale kEnglish{
    .code = "en",
    .thousands = ",",
    .decimal = ".",
    .months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
    .mark_names = {"Line chart", "Area chart", "Bar chart", "Heat map", "Hexagon map", "Dot plot",
                   "Strip plot", "Range chart", "Text chart"},
    .no_data = "No data",
    .few = "few",
    .blank = "(blank)",
    .minute = "min",
    .hour = "h",
    .day = "d",
    .year = "y",
    .million = "M",
    .cannot_draw = "This chart cannot be drawn: {0}",
    .summary = "{0}: {1} by {2}.",
    .from_to = "From {0} to {1}.",
    .one_value = "One value: {0} ({1}).",
    .extremes = "Highest {0} ({1}), lowest {2} ({3}).",
    .series_extremes = "{0}: highest {1} ({2}), lowest {3} ({4}).",
    .marked = "Marked: {0}.",
    .gaps = "Missing values, drawn as gaps: {0}.",
    .not_on_scale = "Values the scale cannot show, such as zero on a logarithmic one: {0}.",
    .few_marks = "Marks that rest on fewer than 30 rows, drawn grey: {0}.",
    .thinned = "Drawn as the lowest and the highest of the {0} values in each pixel column.",
    .more_rows = "{0} of {1} rows are drawn; the table has all.",
    .rows_shown = "The first {0} of {1} rows.",
    .not_from_zero = "The value axis does not start at zero.",
    .cells = "Cells: {0}, each {1} km across.",
    .texts_left_out = "Labels left out for want of room: {0}.",
    .few_legend = "few (n < 30)",
    .below = "below {0}",
    .from_on = "{0} and more",
};

constexpr Locale kFrench{
    .code = "fr",
    .thousands = "\u202F",
    .decimal = ",",
    .months = {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
               "nov.", "déc."},
    .mark_names = {"Courbe", "Graphique en aires", "Graphique en barres", "Carte de chaleur",
                   "Carte à hexagones", "Graphique à points", "Graphique à tirets",
                   "Graphique d’intervalles", "Graphique de texte"},
    .no_data = "Aucune donnée",
    .few = "peu",
    .blank = "(vide)",
    .minute = "min",
    .hour = "h",
    .day = "j",
    .year = "an",
    .million = "M",
    .cannot_draw = "Ce graphique ne peut pas être dessiné : {0}",
    .summary = "{0} : {1} par {2}.",
    .from_to = "Du {0} au {1}.",
    .one_value = "Une valeur : {0} ({1}).",
    .extremes = "Maximum {0} ({1}), minimum {2} ({3}).",
    .series_extremes = "{0} : maximum {1} ({2}), minimum {3} ({4}).",
    .marked = "Repères : {0}.",
    .gaps = "Valeurs manquantes, laissées en blanc : {0}.",
    .not_on_scale =
        "Valeurs que l’échelle ne peut pas montrer, comme zéro sur une échelle logarithmique : "
        "{0}.",
    .few_marks = "Marques qui reposent sur moins de 30 lignes, en gris : {0}.",
    .thinned = "Dessiné par le minimum et le maximum des {0} valeurs de chaque colonne de pixels.",
    .more_rows = "{0} lignes sur {1} sont dessinées ; le tableau les a toutes.",
    .rows_shown = "Les {0} premières lignes sur {1}.",
    .not_from_zero = "L’axe des valeurs ne commence pas à zéro.",
    .cells = "Cellules : {0}, de {1} km de large.",
    .texts_left_out = "Étiquettes omises faute de place : {0}.",
    .few_legend = "peu (n < 30)",
    .below = "moins de {0}",
    .from_on = "{0} et plus",
};

constexpr Locale kSpanish{
    .code = "es",
    .thousands = ".",
    .decimal = ",",
    .months = {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"},
    .mark_names = {"Gráfico de líneas", "Gráfico de áreas", "Gráfico de barras", "Mapa de calor",
                   "Mapa de hexágonos", "Gráfico de puntos", "Gráfico de marcas",
                   "Gráfico de intervalos", "Gráfico de texto"},
    .no_data = "Sin datos",
    .few = "pocos",
    .blank = "(vacío)",
    .minute = "min",
    .hour = "h",
    .day = "d",
    .year = "a",
    .million = "M",
    .cannot_draw = "Este gráfico no se puede dibujar: {0}",
    .summary = "{0}: {1} por {2}.",
    .from_to = "Del {0} al {1}.",
    .one_value = "Un valor: {0} ({1}).",
    .extremes = "Máximo {0} ({1}), mínimo {2} ({3}).",
    .series_extremes = "{0}: máximo {1} ({2}), mínimo {3} ({4}).",
    .marked = "Marcas: {0}.",
    .gaps = "Valores que faltan, dejados en blanco: {0}.",
    .not_on_scale = "Valores que la escala no puede mostrar, como cero en una logarítmica: {0}.",
    .few_marks = "Marcas que descansan en menos de 30 filas, en gris: {0}.",
    .thinned = "Dibujado con el mínimo y el máximo de los {0} valores de cada columna de píxeles.",
    .more_rows = "Se dibujan {0} de {1} filas; la tabla las tiene todas.",
    .rows_shown = "Las primeras {0} filas de {1}.",
    .not_from_zero = "El eje de valores no empieza en cero.",
    .cells = "Celdas: {0}, de {1} km de ancho.",
    .texts_left_out = "Etiquetas omitidas por falta de espacio: {0}.",
    .few_legend = "pocos (n < 30)",
    .below = "menos de {0}",
    .from_on = "{0} y más",
};

}  // namespace

const Locale& locale_of(Language language) noexcept {
  switch (language) {
    case Language::kFrench:
      return kFrench;
    case Language::kSpanish:
      return kSpanish;
    case Language::kEnglish:
      break;
  }
  return kEnglish;
}

}  // namespace hark::chart
