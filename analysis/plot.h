/* SPDX-License-Identifier: MIT */
/* Plots of one run or of the cells of a sweep, as gnuplot scripts with their data inside
 * (analysis/gnuplot.h).
 *
 * A kind of plot is one file: it reads what it needs from a PlotSource, writes the body of the
 * script and a title and subtitle. The subtitle says what the eye cannot see: what was left out,
 * sampled or aggregated. Where the run has no such data the kind fails with exit status 1 and says
 * what there is. To add one: write analysis/plot_NAME.c, a line in analysis/plot_list.h and the
 * file in Makefile.am. */
#ifndef ANALYSIS_PLOT_H
#define ANALYSIS_PLOT_H

#include "analysis/database.h"
#include "analysis/gnuplot.h"

typedef struct PlotOptions {
    const int64_t *run_id;  /* NULL: the first of the database */
    const char *metric;     /* as PlotKind.metric says; NULL: the first of these that there is */
    const char *by;         /* kinds of cells: as in CellQuestion */
    const char *experiment; /* likewise */
    int64_t from_ns, to_ns; /* the window; G_MININT64 and G_MAXINT64 leave the choice to the plot */
    GArray *peers;          /* of int64_t: only these and what is among them; NULL: all */
    const int64_t *snapshot_id; /* NULL: the first that is wrong, or the first */
    GnuplotFormat format;
} PlotOptions;

/* The run that is drawn; kinds of cells have the database and the options alone. */
typedef struct PlotSource {
    sqlite3 *database;
    const PlotOptions *options;
    int64_t run_id, end_ns;
    int64_t peer_count; /* 0 where the run did not record its peers */
    GHashTable *names;  /* peer id (as int64_t *) -> name, for those with one */
    GHashTable *wanted; /* of int64_t *, or NULL for all */
    char *origin;       /* "module ping, seed 7, run 2 of 30" */
} PlotSource;

/* What a kind fills in. */
typedef struct Plot {
    GString *title, *subtitle, *body;
} Plot;

/* What PlotOptions.metric is to a kind. */
typedef enum PlotMetric {
    PLOT_METRIC_NONE,
    PLOT_METRIC_LATENCY, /* ping, dial or message */
    PLOT_METRIC_NAME,    /* a metric as a whole */
    PLOT_METRIC_PART,    /* a statistic: a metric, or a part of it */
    PLOT_METRIC_SERIES,
} PlotMetric;

typedef struct PlotKind {
    const char *name; /* as on the command line */
    const char *help; /* one line */
    PlotMetric metric;
    bool is_of_cells; /* draws what analysis/cell_plot.h reads */
    bool (*draw)(const PlotSource *source, Plot *plot, GError **error);
} PlotKind;

#define X(name) extern const PlotKind PLOT_##name;
#include "analysis/plot_list.h"
#undef X

/* All kinds, ended by NULL. */
extern const PlotKind *const PLOT_KINDS[];

/* NULL when there is none of that name. */
const PlotKind *plot_kind_find(const char *name);

/* The whole script, owned by the caller. */
char *plot_script(sqlite3 *database, const PlotKind *kind, const PlotOptions *options,
                  GError **error);

/* For kinds: the peer's name, or "peer 3", owned by the caller. */
char *plot_peer_name(const PlotSource *source, int64_t peer_id);

/* True when the options leave this peer in. */
bool plot_has_peer(const PlotSource *source, int64_t peer_id);

/* Vertical lines with labels at the faults between two times, in the unit of the x axis. At most 12
 * are drawn. */
bool plot_draw_faults(const PlotSource *source, Plot *plot, int64_t from_ns, int64_t to_ns,
                      double unit_ns, GError **error);

#endif
