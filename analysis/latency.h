/* SPDX-License-Identifier: MIT */
/* The latencies of one run: round trips of pings (spans), durations of dials (connections) or
 * one-way times of messages. Where the run recorded metrics only, the histogram of the metric takes
 * the place of the single values, which then have no times and no peers. */
#ifndef ANALYSIS_LATENCY_H
#define ANALYSIS_LATENCY_H

#include "analysis/histogram.h"
#include "analysis/plot.h"
#include "analysis/summary.h"

typedef struct LatencySample {
    int64_t time_ns; /* when it began */
    int64_t latency_ns;
    int64_t from_id, to_id; /* -1: not known */
} LatencySample;

typedef struct Latency {
    const char *what;    /* "ping", "dial", "message" */
    const char *plural;  /* "pings" */
    const char *measure; /* the name of the axis, say "round trip" */
    bool is_round_trip;
    GArray *samples;    /* of LatencySample, as read; empty with a histogram */
    GArray *unanswered; /* of int64_t: when those began that have no latency */
    Histogram histogram;
    Summary summary;
} Latency;

/* Fails with exit status 1 where there are none, and names what there is. With `with_times` a
 * histogram will not do. */
bool latency_read(const PlotSource *source, bool with_times, Latency *ret_latency, GError **error);
void latency_clear(Latency *latency);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Latency, latency_clear)

bool latency_is_histogram(const Latency *latency);

/* For each sample the least that its link allows, from table `link`: both directions for a round
 * trip. Sorted int64_t values, owned by the caller; empty unless all samples have one. */
GArray *latency_link_floor(const PlotSource *source, const Latency *latency, GError **error);

/* "381 pings among 20 peers", and for the subtitle "module ..., seed ...: median ..., ..." */
void latency_append_title(const PlotSource *source, const Latency *latency, GString *title);
void latency_append_subtitle(const PlotSource *source, const Latency *latency, GString *subtitle);

#endif
