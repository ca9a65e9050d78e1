/* SPDX-License-Identifier: MIT */
/* The kinds of plots, in the order in which --help shows them: X(name) expects
 * `const PlotKind PLOT_name` in analysis/plot_name.c. */
X(latency_cdf)
X(latency_histogram)
X(latency_timeline)
X(metric_cdf)
X(sequence)
X(series)
X(snapshot)
X(snapshot_scaling)
X(spacetime)
X(topology)
