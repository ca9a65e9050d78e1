/* SPDX-License-Identifier: MIT */
/* The tables of `skein stats`. */
#include "analysis/stats.h"

#include "analysis/summary.h"

#include <math.h>
#include <string.h>

/* Longer tables are cut in the text: a sweep has thousands of runs. */
#define TEXT_ROW_COUNT_MAX 40

typedef struct Source {
    sqlite3 *database;
    const int64_t *run_id; /* NULL: all */
} Source;

/* ?1 is the run or NULL. */
static sqlite3_stmt *select_rows(const Source *source, const char *sql, GError **error)
{
    sqlite3_stmt *rows = database_prepare(source->database, sql, error);
    if (rows != NULL && source->run_id != NULL) {
        sqlite3_bind_int64(rows, 1, *source->run_id);
    }
    return rows;
}

static void add_columns(Table *table, const char *const *keys)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        table_add_column(table, keys[i]);
    }
}

static void put_column_text(Table *table, sqlite3_stmt *row, int column)
{
    table_put_text(table, (const char *)sqlite3_column_text(row, column));
}

static void put_column_time(Table *table, sqlite3_stmt *row, int column)
{
    const double time = (double)sqlite3_column_int64(row, column);
    table_put_number(table, database_is_null(row, column) ? NAN : time, "ns");
}

static bool read_runs(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {"run",    "module",      "seed",   "experiment",
                                       "cell",   "repetition",  "status", "events",
                                       "end_ns", "fingerprint", NULL};
    GError *problem = NULL;
    int64_t is_swept = 0;
    if (!database_read_integer(source->database,
                               "SELECT ifnull(max(ifnull(experiment, '') <> '' OR ifnull(cell, '')"
                               " <> '' OR repetition <> 0), 0) FROM run",
                               &is_swept, error)) {
        return false;
    }
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (is_swept == 0 && i >= 3 && i <= 5) {
            table_add_hidden_column(table, keys[i]);
        } else {
            table_add_column(table, keys[i]);
        }
    }
    g_autoptr(sqlite3_stmt) row =
        select_rows(source,
                    "SELECT id, module, seed, experiment, cell, repetition, status, events, end_ns,"
                    " fingerprint FROM run WHERE (?1 IS NULL OR id = ?1) ORDER BY id",
                    error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        /* Seeds and fingerprints are 64 bits without a sign, beyond what JSON numbers hold. */
        g_autofree char *seed =
            g_strdup_printf("%" G_GUINT64_FORMAT, (uint64_t)sqlite3_column_int64(row, 2));
        g_autofree char *fingerprint =
            g_strdup_printf("%016" G_GINT64_MODIFIER "x", (uint64_t)sqlite3_column_int64(row, 9));
        table_put_integer(table, sqlite3_column_int64(row, 0));
        put_column_text(table, row, 1);
        table_put_text(table, seed);
        put_column_text(table, row, 3);
        put_column_text(table, row, 4);
        table_put_integer(table, sqlite3_column_int64(row, 5));
        put_column_text(table, row, 6);
        table_put_integer(table, sqlite3_column_int64(row, 7));
        put_column_time(table, row, 8);
        table_put_text(table, fingerprint);
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    return table_row_count(table) > 0 || database_refuse_run(source->run_id, error);
}

static void put_quantiles(Table *table, const Summary *summary, const char *unit)
{
    table_put_number(table, summary->mean, unit);
    table_put_number(table, summary->deviation, unit);
    table_put_number(table, summary->minimum, unit);
    table_put_number(table, summary->p50, unit);
    table_put_number(table, summary->p90, unit);
    table_put_number(table, summary->p99, unit);
    table_put_number(table, summary->maximum, unit);
}

#define QUANTILE_KEYS_NS "mean_ns", "deviation_ns", "min_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns"

static bool read_metrics(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {"mean", "deviation", "min", "p50",
                                       "p90",  "p99",       "max", NULL};
    GError *problem = NULL;
    table_add_column(table, "metric");
    table_add_hidden_column(table, "unit");
    table_add_column(table, "count");
    add_columns(table, keys);
    g_autoptr(sqlite3_stmt) row = select_rows(source,
                                              "SELECT name, min(unit) FROM metric"
                                              " WHERE (?1 IS NULL OR run_id = ?1)"
                                              " GROUP BY name ORDER BY name",
                                              error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        Summary summary;
        g_autofree char *name = database_text(row, 0);
        g_autofree char *unit = database_text(row, 1);
        if (name == NULL) {
            continue;
        }
        if (!summary_of_metric(source->database, source->run_id, name, &summary, error)) {
            return false;
        }
        table_put_text(table, name);
        table_put_text(table, unit);
        table_put_integer(table, summary.count);
        put_quantiles(table, &summary, unit);
    }
    return database_finished(problem, error);
}

/* Loss is the share of those whose fate is known that did not arrive; what is in flight at the end
 * is not lost, and a duplicate is no message of its own. */
static bool read_messages(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {"kind",      "sent",    "delivered",  "in_flight",
                                       "lost",      "dropped", "dead_peer",  "reset",
                                       "duplicate", "bytes",   "loss_share", NULL};
    static const char sql[] =
        "SELECT kind, sum(duplicate_of IS NULL), sum(fate = 'delivered' AND duplicate_of IS NULL),"
        " sum(fate = 'in-flight' AND duplicate_of IS NULL),"
        " sum(fate IN ('lost', 'corrupted', 'partitioned') AND duplicate_of IS NULL),"
        " sum(fate = 'queue-drop' AND duplicate_of IS NULL),"
        " sum(fate = 'dead-peer' AND duplicate_of IS NULL),"
        " sum(fate = 'reset' AND duplicate_of IS NULL), sum(duplicate_of IS NOT NULL),"
        " sum(size_bytes) FROM message WHERE (?1 IS NULL OR run_id = ?1)"
        " GROUP BY kind ORDER BY kind";
    GError *problem = NULL;
    int64_t totals[10] = {0};
    add_columns(table, keys);
    g_autoptr(sqlite3_stmt) row = select_rows(source, sql, error);
    if (row == NULL) {
        return false;
    }
    bool has_row = true;
    while (has_row) {
        int64_t counts[10] = {0};
        has_row = database_step(row, &problem);
        if (!has_row && table_row_count(table) < 2) {
            break; /* no sum of a single line */
        }
        for (int i = 1; i < 10; i++) {
            counts[i] = has_row ? sqlite3_column_int64(row, i) : totals[i];
            totals[i] = (int64_t)((uint64_t)totals[i] + (uint64_t)counts[i]);
        }
        table_put_text(table, has_row ? (const char *)sqlite3_column_text(row, 0) : "all");
        for (int i = 1; i < 9; i++) {
            table_put_integer(table, counts[i]);
        }
        table_put_number(table, (double)counts[9], "bytes");
        const double known = (double)counts[1] - (double)counts[3];
        table_put_number(table, known > 0 ? (known - (double)counts[2]) / known : NAN, "1");
    }
    return database_finished(problem, error);
}

/* The durations of one name, outcome or kind. */
typedef struct Group {
    char *name;
    GArray *durations; /* of int64_t */
    int64_t count, unfinished, errors;
} Group;

static void group_free(void *data)
{
    Group *group = data;
    g_free(group->name);
    g_array_unref(group->durations);
    g_free(group);
}

static int compare_groups(const void *left, const void *right)
{
    const Group *a = *(Group *const *)left, *b = *(Group *const *)right;
    return strcmp(a->name, b->name);
}

static Group *group_of(GPtrArray *groups, GHashTable *by_name, const char *name)
{
    Group *group = g_hash_table_lookup(by_name, name == NULL ? "" : name);
    if (group == NULL) {
        group = g_new0(Group, 1);
        group->name = g_strdup(name == NULL ? "" : name);
        group->durations = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_ptr_array_add(groups, group);
        g_hash_table_insert(by_name, group->name, group);
    }
    return group;
}

/* Rows of (name, start, end or NULL, is it an error); groups in name order. */
static GPtrArray *read_groups(const Source *source, const char *sql, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(group_free);
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(sqlite3_stmt) row = select_rows(source, sql, error);
    if (row == NULL) {
        return NULL;
    }
    while (database_step(row, &problem)) {
        Group *group = group_of(groups, by_name, (const char *)sqlite3_column_text(row, 0));
        int64_t duration = 0;
        group->count++;
        group->errors += sqlite3_column_int64(row, 3) != 0;
        if (database_is_null(row, 1) || database_is_null(row, 2) ||
            __builtin_sub_overflow(sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 1),
                                   &duration)) {
            group->unfinished++;
        } else {
            g_array_append_val(group->durations, duration);
        }
    }
    if (!database_finished(problem, error)) {
        return NULL;
    }
    g_ptr_array_sort(groups, compare_groups);
    return g_steal_pointer(&groups);
}

static bool read_dials(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {"outcome", "count", "opened", QUANTILE_KEYS_NS, NULL};
    add_columns(table, keys);
    g_autoptr(GPtrArray) groups =
        read_groups(source,
                    "SELECT outcome, dialed_ns, opened_ns, 0 FROM connection"
                    " WHERE (?1 IS NULL OR run_id = ?1)",
                    error);
    for (guint i = 0; groups != NULL && i < groups->len; i++) {
        Group *group = g_ptr_array_index(groups, i);
        const Summary summary = summary_of_values(group->durations);
        table_put_text(table, group->name);
        table_put_integer(table, group->count);
        table_put_integer(table, group->count - group->unfinished);
        put_quantiles(table, &summary, "ns");
    }
    return groups != NULL;
}

static bool read_spans(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {"span",   "count",          "unfinished",
                                       "errors", QUANTILE_KEYS_NS, NULL};
    add_columns(table, keys);
    g_autoptr(GPtrArray) groups =
        read_groups(source,
                    "SELECT name, start_ns, end_ns, ifnull(status = 'error', 0) FROM span"
                    " WHERE (?1 IS NULL OR run_id = ?1)",
                    error);
    for (guint i = 0; groups != NULL && i < groups->len; i++) {
        Group *group = g_ptr_array_index(groups, i);
        const Summary summary = summary_of_values(group->durations);
        table_put_text(table, group->name);
        table_put_integer(table, group->count);
        table_put_integer(table, group->unfinished);
        table_put_integer(table, group->errors);
        put_quantiles(table, &summary, "ns");
    }
    return groups != NULL;
}

static bool read_snapshots(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {
        "run",      "snapshot", "algorithm", "initiator", "started_ns", "duration_ns", "states",
        "channels", "messages", "markers",   "status",    "verdict",    "reason",      NULL};
    static const char sql[] =
        "WITH states AS (SELECT run_id, snapshot_id, count(*) AS states FROM snapshot_state"
        "  GROUP BY run_id, snapshot_id),"
        " channels AS (SELECT run_id, snapshot_id, count(*) AS channels,"
        "  sum(json_array_length(messages)) AS messages FROM snapshot_channel"
        "  GROUP BY run_id, snapshot_id)"
        " SELECT s.run_id, s.id, algorithm, initiator_id, started_ns, completed_ns - started_ns,"
        "  ifnull(states, 0), ifnull(channels, 0), ifnull(messages, 0), status, verdict, markers,"
        "  iif(json_valid(reasons), json_extract(reasons, '$[0]'), NULL)"
        " FROM snapshot AS s"
        " LEFT JOIN states ON states.run_id = s.run_id AND states.snapshot_id = s.id"
        " LEFT JOIN channels ON channels.run_id = s.run_id AND channels.snapshot_id = s.id"
        " WHERE (?1 IS NULL OR s.run_id = ?1) ORDER BY s.run_id, s.started_ns, s.id";
    GError *problem = NULL;
    add_columns(table, keys);
    g_autoptr(sqlite3_stmt) row = select_rows(source, sql, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        table_put_integer(table, sqlite3_column_int64(row, 0));
        table_put_integer(table, sqlite3_column_int64(row, 1));
        put_column_text(table, row, 2);
        table_put_integer(table, sqlite3_column_int64(row, 3));
        put_column_time(table, row, 4);
        put_column_time(table, row, 5);
        table_put_integer(table, sqlite3_column_int64(row, 6));
        table_put_integer(table, sqlite3_column_int64(row, 7));
        table_put_integer(table, sqlite3_column_int64(row, 8));
        table_put_integer(table, sqlite3_column_int64(row, 11));
        put_column_text(table, row, 9);
        put_column_text(table, row, 10);
        put_column_text(table, row, 12);
    }
    return database_finished(problem, error);
}

/* What each peer recorded, and what was in the channels to it, `0: {"tokens":5}`. */
static bool read_snapshot_states(const Source *source, Table *table, GError **error)
{
    static const char *const keys[] = {"run",   "snapshot", "peer", "recorded_ns",
                                       "state", "channels", NULL};
    static const char sql[] =
        "WITH kept AS (SELECT c.run_id, c.snapshot_id, c.receiver_id, group_concat(c.sender_id ||"
        "  ': ' || ifnull(m.value ->> '$.content', m.value), ', ') AS messages"
        "  FROM snapshot_channel AS c,"
        "  json_each(iif(json_valid(c.messages), c.messages, '[]')) AS m GROUP BY 1, 2, 3)"
        " SELECT s.run_id, s.snapshot_id, s.peer_id, s.recorded_ns, s.state, kept.messages"
        " FROM snapshot_state AS s LEFT JOIN kept ON kept.run_id = s.run_id"
        "  AND kept.snapshot_id = s.snapshot_id AND kept.receiver_id = s.peer_id"
        " WHERE (?1 IS NULL OR s.run_id = ?1) ORDER BY 1, 2, 3, 4";
    GError *problem = NULL;
    add_columns(table, keys);
    g_autoptr(sqlite3_stmt) row = select_rows(source, sql, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        table_put_integer(table, sqlite3_column_int64(row, 0));
        table_put_integer(table, sqlite3_column_int64(row, 1));
        table_put_integer(table, sqlite3_column_int64(row, 2));
        put_column_time(table, row, 3);
        put_column_text(table, row, 4);
        put_column_text(table, row, 5);
    }
    return database_finished(problem, error);
}

static void free_table(void *table)
{
    table_free(table);
}

GPtrArray *stats_read(sqlite3 *database, const int64_t *run_id, GError **error)
{
    static const struct {
        const char *name, *title;
        bool (*read)(const Source *source, Table *table, GError **error);
    } parts[] = {
        {"runs", "Runs", read_runs},
        {"metrics", "Metrics", read_metrics},
        {"messages", "Messages", read_messages},
        {"dials", "Dials", read_dials},
        {"spans", "Spans", read_spans},
        {"snapshots", "Snapshots", read_snapshots},
        {"states", "States and channels of snapshots", read_snapshot_states},
    };
    const Source source = {.database = database, .run_id = run_id};
    g_autoptr(GPtrArray) tables = g_ptr_array_new_with_free_func(free_table);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        Table *table = table_new(parts[i].name, parts[i].title);
        g_ptr_array_add(tables, table);
        if (!parts[i].read(&source, table, error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&tables);
}

void stats_print_text(const GPtrArray *tables, GString *out)
{
    bool is_first = true;
    for (guint i = 0; i < tables->len; i++) {
        const Table *table = g_ptr_array_index(tables, i);
        if (table_row_count(table) > 0) {
            g_string_append(out, is_first ? "" : "\n");
            table_print_text(table, TEXT_ROW_COUNT_MAX, out);
            is_first = false;
        }
    }
}

void stats_print_json(const GPtrArray *tables, GString *out)
{
    g_string_append_c(out, '{');
    for (guint i = 0; i < tables->len; i++) {
        const Table *table = g_ptr_array_index(tables, i);
        g_string_append_printf(out, "%s\n  \"%s\": ", i == 0 ? "" : ",", table_name(table));
        table_print_json(table, out);
    }
    g_string_append(out, "\n}\n");
}

void stats_print_csv(const GPtrArray *tables, GString *out)
{
    bool is_first = true;
    for (guint i = 0; i < tables->len; i++) {
        const Table *table = g_ptr_array_index(tables, i);
        if (table_row_count(table) > 0) {
            g_string_append(out, is_first ? "" : "\n");
            table_print_csv(table, out);
            is_first = false;
        }
    }
}

void stats_print_markdown(const GPtrArray *tables, GString *out)
{
    bool is_first = true;
    for (guint i = 0; i < tables->len; i++) {
        const Table *table = g_ptr_array_index(tables, i);
        if (table_row_count(table) > 0) {
            g_string_append_printf(out, "%s**%s**\n\n", is_first ? "" : "\n", table_title(table));
            table_print_markdown(table, out);
            is_first = false;
        }
    }
}
