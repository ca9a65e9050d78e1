/* SPDX-License-Identifier: MIT */
/* Reading the latencies of a run. */
#include "analysis/latency.h"

#include "analysis/error.h"
#include "analysis/number_text.h"

#include <math.h>
#include <string.h>

/* Rows of (began, ended or NULL, from, to). */
typedef struct LatencyQuery {
    const char *what, *plural, *measure;
    const char *metric; /* a pattern: modules put their name before their metrics */
    bool is_round_trip;
    const char *sql;
} LatencyQuery;

static const LatencyQuery QUERIES[] = {
    /* Those that name their target, if any does; else the answer's span says where it was made. */
    {"ping", "pings", "round trip", "*.rtt", true,
     "WITH all_pings AS (SELECT id, trace_id, start_ns, end_ns, peer_id, CASE WHEN"
     " json_valid(attributes) THEN json_extract(attributes, '$.to') END AS to_id FROM span"
     " WHERE run_id = ?1 AND name IN ('PING', 'ping'))"
     " SELECT start_ns, end_ns, peer_id, ifnull(to_id, (SELECT peer_id FROM span AS answer"
     " WHERE answer.run_id = ?1 AND answer.trace_id = all_pings.trace_id"
     " AND answer.parent_id = all_pings.id LIMIT 1)) FROM all_pings"
     " WHERE to_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM all_pings WHERE to_id IS NOT NULL)"
     " ORDER BY start_ns, id"},
    {"dial", "dials", "duration of the dial", "dial.time", true,
     "SELECT dialed_ns, opened_ns, dialer_id, listener_id FROM connection WHERE run_id = ?1"
     " AND dialed_ns IS NOT NULL AND (opened_ns IS NULL OR opened_ns > dialed_ns)"
     " ORDER BY dialed_ns, id"},
    {"message", "messages", "one-way latency", "message.latency", false,
     "SELECT sent_ns, received_ns, sender_id, receiver_id FROM message WHERE run_id = ?1"
     " AND fate <> 'in-flight' ORDER BY sent_ns, id"},
};

static void latency_init(Latency *latency)
{
    *latency = (Latency){0};
    latency->samples = g_array_new(FALSE, FALSE, sizeof(LatencySample));
    latency->unanswered = g_array_new(FALSE, FALSE, sizeof(int64_t));
    histogram_init(&latency->histogram);
}

void latency_clear(Latency *latency)
{
    g_clear_pointer(&latency->samples, g_array_unref);
    g_clear_pointer(&latency->unanswered, g_array_unref);
    histogram_clear(&latency->histogram);
}

bool latency_is_histogram(const Latency *latency)
{
    return latency->samples->len == 0;
}

static bool is_wanted(const PlotSource *source, const LatencySample *sample)
{
    const PlotOptions *options = source->options;
    return sample->time_ns >= options->from_ns && sample->time_ns <= options->to_ns &&
           plot_has_peer(source, sample->from_id) && plot_has_peer(source, sample->to_id);
}

static int64_t id_at(sqlite3_stmt *row, int column)
{
    return database_is_null(row, column) ? -1 : sqlite3_column_int64(row, column);
}

static bool read_samples(const PlotSource *source, const LatencyQuery *query, Latency *latency,
                         GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(source->database, query->sql, source->run_id, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        LatencySample sample = {
            .time_ns = sqlite3_column_int64(row, 0),
            .from_id = id_at(row, 2),
            .to_id = id_at(row, 3),
        };
        if (!is_wanted(source, &sample)) {
            continue;
        }
        if (database_is_null(row, 1) ||
            __builtin_sub_overflow(sqlite3_column_int64(row, 1), sample.time_ns,
                                   &sample.latency_ns)) {
            g_array_append_val(latency->unanswered, sample.time_ns);
        } else {
            g_array_append_val(latency->samples, sample);
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < latency->samples->len; i++) {
        const int64_t value = g_array_index(latency->samples, LatencySample, i).latency_ns;
        g_array_append_val(values, value);
    }
    latency->summary = summary_of_values(values);
    return true;
}

/* The first metric of that pattern with values. */
static bool read_histogram(const PlotSource *source, const LatencyQuery *query, Latency *latency,
                           GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT name, buckets FROM metric WHERE run_id = ?1 AND name GLOB ?2 AND count > 0"
        " AND unit = 'ns' ORDER BY name LIMIT 1",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 2, query->metric, -1, SQLITE_STATIC);
    if (database_step(row, &problem)) {
        g_autofree char *name = database_text(row, 0);
        return summary_of_metric(source->database, &source->run_id, name, &latency->summary,
                                 error) &&
               histogram_add_json(&latency->histogram, (const char *)sqlite3_column_text(row, 1),
                                  error);
    }
    return database_finished(problem, error);
}

/* A metric covers the whole run and all peers. */
static bool is_restricted(const PlotSource *source)
{
    return source->wanted != NULL || source->options->from_ns != G_MININT64 ||
           source->options->to_ns != G_MAXINT64;
}

static bool read_one(const PlotSource *source, const LatencyQuery *query, bool with_times,
                     Latency *ret_latency, GError **error)
{
    g_auto(Latency) latency = {0};
    latency_init(&latency);
    latency.what = query->what;
    latency.plural = query->plural;
    latency.measure = query->measure;
    latency.is_round_trip = query->is_round_trip;
    if (!read_samples(source, query, &latency, error)) {
        return false;
    }
    if (latency.samples->len == 0 && !with_times && !is_restricted(source) &&
        !read_histogram(source, query, &latency, error)) {
        return false;
    }
    *ret_latency = latency;
    latency = (Latency){0};
    return true;
}

static void set_no_data(const PlotSource *source, const char *wanted, bool with_times,
                        const char *others, GError **error)
{
    g_autofree char *hint =
        *others == '\0' ? g_strdup("") : g_strdup_printf("; it has %s (--metric)", others);
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                "run %" G_GINT64_FORMAT " has no %s%s%s%s%s", source->run_id, wanted,
                is_restricted(source) ? " in this window among these peers" : "",
                with_times ? " with times" : "", hint,
                with_times ? "; a run that records metrics only keeps no times" : "");
}

bool latency_read(const PlotSource *source, bool with_times, Latency *ret_latency, GError **error)
{
    const char *wanted = source->options->metric;
    g_autoptr(GString) others = g_string_new(NULL);
    bool is_known = wanted == NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(QUERIES); i++) {
        g_auto(Latency) latency = {0};
        const bool is_it = wanted != NULL && g_str_equal(wanted, QUERIES[i].what);
        is_known = is_known || is_it;
        if (!read_one(source, &QUERIES[i], with_times, &latency, error)) {
            return false;
        }
        if (latency.summary.count > 0 && (wanted == NULL || is_it)) {
            *ret_latency = latency;
            latency = (Latency){0};
            return true;
        }
        if (latency.summary.count > 0) {
            g_string_append_printf(others, "%s%" G_GINT64_FORMAT " %s", others->len > 0 ? ", " : "",
                                   latency.summary.count, QUERIES[i].plural);
        }
    }
    if (!is_known) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "unknown metric '%s'; expected ping, dial or message", wanted);
        return false;
    }
    g_autofree char *plural =
        wanted == NULL ? g_strdup("pings, dials or messages") : g_strconcat(wanted, "s", NULL);
    set_no_data(source, plural, with_times, others->str, error);
    return false;
}

/* The pair of two peers as the key of a table. */
static int64_t pair_key(int64_t from_id, int64_t to_id)
{
    return (int64_t)((uint64_t)from_id << 32 ^ (uint64_t)to_id);
}

static GHashTable *read_links(const PlotSource *source, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GHashTable) links =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(source->database,
                                 "SELECT sender_id, receiver_id, latency_ns_min FROM link"
                                 " WHERE run_id = ?1 AND latency_ns_min IS NOT NULL",
                                 source->run_id, error);
    if (row == NULL) {
        return NULL;
    }
    while (database_step(row, &problem)) {
        int64_t *key = g_new(int64_t, 1), *latency = g_new(int64_t, 1);
        *key = pair_key(sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1));
        *latency = sqlite3_column_int64(row, 2);
        g_hash_table_replace(links, key, latency);
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    return g_steal_pointer(&links);
}

GArray *latency_link_floor(const PlotSource *source, const Latency *latency, GError **error)
{
    g_autoptr(GHashTable) links = read_links(source, error);
    if (links == NULL) {
        return NULL;
    }
    GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < latency->samples->len; i++) {
        const LatencySample *sample = &g_array_index(latency->samples, LatencySample, i);
        const int64_t there = pair_key(sample->from_id, sample->to_id);
        const int64_t back = pair_key(sample->to_id, sample->from_id);
        const int64_t *forward = g_hash_table_lookup(links, &there);
        const int64_t *backward = g_hash_table_lookup(links, &back);
        int64_t floor = 0;
        if (forward == NULL || (latency->is_round_trip && backward == NULL) ||
            __builtin_add_overflow(*forward, latency->is_round_trip ? *backward : 0, &floor)) {
            g_array_set_size(values, 0);
            return values;
        }
        g_array_append_val(values, floor);
    }
    summary_of_values(values); /* sorts */
    return values;
}

void latency_append_title(const PlotSource *source, const Latency *latency, GString *title)
{
    g_string_append_printf(title, "%" G_GINT64_FORMAT " %s", latency->summary.count,
                           latency->summary.count == 1 ? latency->what : latency->plural);
    if (source->peer_count > 0) {
        g_string_append_printf(title, " among %" G_GINT64_FORMAT " peers", source->peer_count);
    }
}

void latency_append_subtitle(const PlotSource *source, const Latency *latency, GString *subtitle)
{
    g_autofree char *median = number_text(latency->summary.p50, "ns");
    g_autofree char *mean = number_text(latency->summary.mean, "ns");
    g_autofree char *p99 = number_text(latency->summary.p99, "ns");
    g_string_append_printf(subtitle, "%s; mean %s, median %s, 99 %% at most %s", source->origin,
                           mean, median, p99);
    if (latency->unanswered->len > 0) {
        g_string_append_printf(subtitle, "; %u more without %s", latency->unanswered->len,
                               latency->what[0] == 'm' ? "arrival" : "answer");
    }
    if (latency_is_histogram(latency)) {
        g_string_append(subtitle, "; from the metric's histogram");
    }
}
