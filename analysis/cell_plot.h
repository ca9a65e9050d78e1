/* SPDX-License-Identifier: MIT */
/* What the figures over the cells of a sweep share: the groups, the unit of the
 * numbers, an axis for the values of a parameter.
 *
 * A parameter whose values are all numbers ("5%", "20ms") has an axis of
 * numbers, whose tics are the values as they were written; any other has one
 * place for each value. */
#ifndef ANALYSIS_CELL_PLOT_H
#define ANALYSIS_CELL_PLOT_H

#include "analysis/cell_group.h"
#include "analysis/histogram.h"
#include "analysis/plot.h"
#include "analysis/sample.h"

#define CELL_PLOT_LEVEL 0.95
#define CELL_PLOT_COLOUR_COUNT 7

typedef struct CellPlot {
    CellGroups *groups;
    double factor; /* numbers are divided by it */
    char *axis;    /* "ping.rtt.p99 (ms)" */
} CellPlot;

/* By the option's parameters, of which at most key_count_max are taken: the
 * subtitle says so. Fails with exit status 2 when there are fewer than
 * key_count_min. */
bool cell_plot_read(const PlotSource *source, Plot *plot, guint key_count_min, guint key_count_max,
                    CellPlot *ret_cells, GError **error);
void cell_plot_clear(CellPlot *cells);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CellPlot, cell_plot_clear)

/* The values of the parameter in their order: of char *, borrowed. */
GPtrArray *cell_plot_values(const CellPlot *cells, guint key);

/* Where a value stands on its axis. */
double cell_plot_place(const GPtrArray *values, const char *value);

/* Range, tics and label of axis "x" or "y"; margin is that at both ends, as a
 * share of the range, or of a place where the values are no numbers. */
void cell_plot_append_axis(const char *axis, const char *key, const GPtrArray *values,
                           double margin, GString *body);

/* One entry of `set xtics (...)`, in whose texts gnuplot takes a percent sign for a format. */
void cell_plot_append_tic(const char *value, double place, GString *body);

/* All values of the metric in all runs of the group. */
bool cell_plot_read_histogram(const PlotSource *source, const CellPlot *cells,
                              const CellGroup *group, Histogram *histogram, GError **error);

const char *cell_plot_colour(guint index);

#endif
