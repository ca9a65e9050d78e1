/* SPDX-License-Identifier: MIT */
/* A number over two swept parameters, as colours with the means written in. */
#include "analysis/cell_plot.h"

/* With more cells the numbers would touch. */
#define LABELLED_COUNT_MAX 120

/* Cells are drawn as equal squares whatever their values: place is the index.
 */
static guint index_of(const GPtrArray *values, const char *value)
{
    guint index = 0;
    g_ptr_array_find_with_equal_func((GPtrArray *)values, value, g_str_equal, &index);
    return index;
}

static void append_axis(const char *axis, const char *key, const GPtrArray *values, GString *body)
{
    const guint step = (values->len + 19) / 20;
    g_string_append_printf(body, "set %slabel ", axis);
    gnuplot_quote(body, key);
    g_string_append_printf(body, "\nset %srange [-0.5:%u.5]\nset %stics (", axis, values->len - 1,
                           axis);
    for (guint i = 0; i < values->len; i += step) {
        g_string_append(body, i == 0 ? "" : ", ");
        cell_plot_append_tic(g_ptr_array_index(values, i), i, body);
    }
    g_string_append(body, ")\n");
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    if (!cell_plot_read(source, plot, 2, 2, &cells, error)) {
        return false;
    }
    char *const *by = cells.groups->by;
    g_autoptr(GPtrArray) columns = cell_plot_values(&cells, 0);
    g_autoptr(GPtrArray) rows = cell_plot_values(&cells, 1);
    g_string_append_printf(plot->title, "%s by %s and %s", cells.groups->statistic.text, by[0],
                           by[1]);
    g_string_append(plot->subtitle, "; means; cells without runs are white");
    g_string_append(plot->body, "$means << EOD\n# column row mean repetitions\n");
    for (guint i = 0; i < cells.groups->groups->len; i++) {
        const CellGroup *group = cell_groups_at(cells.groups, i);
        g_string_append_printf(plot->body, "%u %u %.9g %u\n", index_of(columns, group->values[0]),
                               index_of(rows, group->values[1]),
                               sample_mean(group->samples) / cells.factor, group->samples->len);
    }
    g_string_append(plot->body, "EOD\n");
    append_axis("x", by[0], columns, plot->body);
    append_axis("y", by[1], rows, plot->body);
    g_string_append(plot->body, "set cblabel ");
    gnuplot_quote(plot->body, cells.axis);
    g_string_append(plot->body,
                    "\nset palette defined (0 '#440154', 1 '#3b528b', 2 '#21918c', 3 "
                    "'#5ec962', "
                    "4 '#fde725')\nunset grid\nunset key\nset rmargin at screen 0.86\n"
                    "plot $means using 1:2:(0.5):(0.5):3 with boxxyerror fs solid 1 noborder "
                    "lc "
                    "palette");
    if (cells.groups->groups->len <= LABELLED_COUNT_MAX) {
        /* A white plate under each number, which then reads on every colour. */
        g_string_append(plot->body, ", \\\n $means using 1:2:(sprintf('%.4g', $3)) with labels "
                                    "boxed tc rgb '" COLOUR_BLACK "'");
        g_string_prepend(plot->body, "set style textbox opaque noborder fc rgb 'white' margins "
                                     "0.6,0.4\n");
    }
    g_string_append_c(plot->body, '\n');
    return true;
}

const PlotKind PLOT_heat_map = {
    .name = "heat-map",
    .help = "a number over two swept parameters, as colours",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
