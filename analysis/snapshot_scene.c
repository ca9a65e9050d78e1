/* SPDX-License-Identifier: MIT */
/* Choosing and reading what the picture of a snapshot shows. */
#include "analysis/snapshot_scene.h"

#include "analysis/error.h"

#include <math.h>
#include <string.h>

#define ALL_PEERS_MAX 40
#define CHOSEN_PEERS 20
#define PLAIN_ARROWS_MAX 2000

/* Of more peers, only the messages that cross the cut are drawn: the others would hide them. */
#define PLAIN_PEERS_MAX 60

void snapshot_scene_clear(SnapshotScene *scene)
{
    g_clear_pointer(&scene->algorithm, g_free);
    g_clear_pointer(&scene->status, g_free);
    g_clear_pointer(&scene->verdict, g_free);
    g_clear_pointer(&scene->reasons, g_free);
    g_clear_pointer(&scene->dots, g_array_unref);
    g_clear_pointer(&scene->arrows, g_array_unref);
    g_clear_pointer(&scene->peers, g_array_unref);
}

/* The snapshot that was asked for, else the first that is wrong, else the first. */
static bool read_snapshot(const PlotSource *source, SnapshotScene *scene, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT id, initiator_id, ifnull(started_ns, 0), ifnull(started_ns, 0),"
        " algorithm, status, verdict, reasons FROM snapshot WHERE run_id = ?1"
        " AND (?2 IS NULL OR id = ?2) ORDER BY verdict IS NOT 'inconsistent', started_ns, id"
        " LIMIT 1",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    if (source->options->snapshot_id != NULL) {
        sqlite3_bind_int64(row, 2, *source->options->snapshot_id);
    }
    if (!database_step(row, &problem)) {
        if (problem != NULL) {
            g_propagate_error(error, problem);
        } else {
            g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                        "run %" G_GINT64_FORMAT " has no %ssnapshot", source->run_id,
                        source->options->snapshot_id == NULL ? "" : "such ");
        }
        return false;
    }
    scene->id = sqlite3_column_int64(row, 0);
    scene->initiator_id = sqlite3_column_int64(row, 1);
    scene->started_ns = sqlite3_column_int64(row, 2);
    scene->ended_ns = sqlite3_column_int64(row, 3);
    scene->algorithm = database_text(row, 4);
    scene->status = database_text(row, 5);
    scene->verdict = database_text(row, 6);
    scene->reasons = database_text(row, 7);
    return true;
}

static sqlite3_stmt *prepare(const PlotSource *source, const SnapshotScene *scene, const char *sql,
                             GError **error)
{
    sqlite3_stmt *row = database_prepare_for_run(source->database, sql, source->run_id, error);
    if (row != NULL) {
        sqlite3_bind_int64(row, 2, scene->id);
    }
    return row;
}

static bool read_cut(const PlotSource *source, SnapshotScene *scene, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        prepare(source, scene,
                "SELECT peer_id, min(recorded_ns) FROM snapshot_state WHERE run_id = ?1"
                " AND snapshot_id = ?2 AND recorded_ns IS NOT NULL GROUP BY peer_id"
                " ORDER BY peer_id",
                error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        const SnapshotDot dot = {sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
        g_array_append_val(scene->dots, dot);
        scene->ended_ns = MAX(scene->ended_ns, dot.recorded_ns);
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (scene->dots->len == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "run %" G_GINT64_FORMAT
                    " kept no states of its snapshot; record.snapshots: yes does",
                    source->run_id);
        return false;
    }
    return true;
}

/* All messages but reports, with their roles by number. */
static const char ARROWS[] =
    "WITH state AS (SELECT peer_id, min(recorded_ns) AS recorded_ns, ifnull(message_id, -1) AS last"
    "  FROM snapshot_state WHERE run_id = ?1 AND snapshot_id = ?2 GROUP BY peer_id),"
    " kept AS (SELECT json_extract(m.value, '$.message') AS id FROM snapshot_channel AS c,"
    "  json_each(iif(json_valid(c.messages), c.messages, '[]')) AS m"
    "  WHERE c.run_id = ?1 AND c.snapshot_id = ?2)"
    " SELECT m.id, m.sender_id, m.receiver_id, m.sent_ns, m.received_ns,"
    "  CASE WHEN m.kind = 'marker' THEN 0"
    "   WHEN m.id IN (SELECT id FROM kept) THEN iif(m.id > i.last, 5, 2)"
    "   WHEN m.id <= i.last AND (m.received_ns > j.recorded_ns OR m.fate = 'in-flight') THEN 3"
    "   WHEN m.id > i.last AND m.received_ns < j.recorded_ns THEN 4 ELSE 1 END"
    " FROM message AS m LEFT JOIN state AS i ON i.peer_id = m.sender_id"
    " LEFT JOIN state AS j ON j.peer_id = m.receiver_id"
    " WHERE m.run_id = ?1 AND m.kind <> 'part' AND m.sent_ns IS NOT NULL ORDER BY m.sent_ns, m.id";

static bool read_arrows(const PlotSource *source, SnapshotScene *scene, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = prepare(source, scene, ARROWS, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        const bool has_arrived = !database_is_null(row, 4);
        const SnapshotArrow arrow = {.id = sqlite3_column_int64(row, 0),
                                     .sender_id = sqlite3_column_int64(row, 1),
                                     .receiver_id = sqlite3_column_int64(row, 2),
                                     .sent_ns = sqlite3_column_int64(row, 3),
                                     .received_ns =
                                         has_arrived ? sqlite3_column_int64(row, 4) : G_MININT64,
                                     .role = (SnapshotRole)sqlite3_column_int64(row, 5)};
        scene->counts[arrow.role]++;
        g_array_append_val(scene->arrows, arrow);
    }
    return database_finished(problem, error);
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void add_peer(const PlotSource *source, SnapshotScene *scene, int64_t id)
{
    for (guint i = 0; i < scene->peers->len; i++) {
        if (g_array_index(scene->peers, int64_t, i) == id) {
            return;
        }
    }
    if (plot_has_peer(source, id)) {
        g_array_append_val(scene->peers, id);
    }
}

static void choose_peers(const PlotSource *source, SnapshotScene *scene)
{
    static const SnapshotRole ORDER[] = {ROLE_EARLY, ROLE_WRONG, ROLE_MISSED, ROLE_RECORDED};
    const bool has_choice = source->wanted != NULL;
    const guint most = has_choice || scene->dots->len <= ALL_PEERS_MAX ? G_MAXUINT : CHOSEN_PEERS;
    scene->peer_count = scene->dots->len;
    scene->is_peer_choice_ours = most < scene->dots->len;
    for (size_t r = 0; scene->is_peer_choice_ours && r < G_N_ELEMENTS(ORDER); r++) {
        for (guint i = 0; i < scene->arrows->len && scene->peers->len + 1 < most; i++) {
            const SnapshotArrow *arrow = &g_array_index(scene->arrows, SnapshotArrow, i);
            if (arrow->role == ORDER[r]) {
                add_peer(source, scene, arrow->sender_id);
                add_peer(source, scene, arrow->receiver_id);
            }
        }
    }
    add_peer(source, scene, scene->initiator_id);
    for (guint i = 0; i < scene->dots->len && scene->peers->len < most; i++) {
        add_peer(source, scene, g_array_index(scene->dots, SnapshotDot, i).peer_id);
    }
    g_array_sort(scene->peers, compare_ids);
}

int snapshot_scene_row(const SnapshotScene *scene, int64_t peer_id)
{
    const int64_t *found =
        bsearch(&peer_id, scene->peers->data, scene->peers->len, sizeof peer_id, compare_ids);
    return found == NULL ? -1 : (int)(found - (const int64_t *)(const void *)scene->peers->data);
}

static bool is_drawn(const SnapshotScene *scene, const SnapshotArrow *arrow)
{
    return snapshot_scene_row(scene, arrow->sender_id) >= 0 &&
           snapshot_scene_row(scene, arrow->receiver_id) >= 0;
}

/* The snapshot with what crosses its cut, unless the user says otherwise. */
static void choose_window(const PlotSource *source, SnapshotScene *scene)
{
    double from = (double)scene->started_ns, to = (double)scene->ended_ns;
    for (guint i = 0; i < scene->arrows->len; i++) {
        const SnapshotArrow *arrow = &g_array_index(scene->arrows, SnapshotArrow, i);
        if (arrow->role > ROLE_PLAIN && is_drawn(scene, arrow)) {
            from = fmin(from, (double)arrow->sent_ns);
            to = fmax(to, (double)arrow->received_ns);
        }
    }
    const double margin = (to - from) * 0.08 + 1;
    const PlotOptions *options = source->options;
    scene->from_ns = options->from_ns != G_MININT64
                         ? options->from_ns
                         : (int64_t)CLAMP(fmax(from - margin, 0), -9e18, 9e18);
    scene->to_ns =
        options->to_ns != G_MAXINT64 ? options->to_ns : (int64_t)CLAMP(to + margin, -9e18, 9e18);
    scene->to_ns = MAX(scene->to_ns, scene->from_ns + 1);
}

/* Keeps what is among the peers and in the window. */
static void keep_drawn(SnapshotScene *scene)
{
    guint kept = 0, plain = 0;
    for (guint i = 0; i < scene->arrows->len; i++) {
        const SnapshotArrow arrow = g_array_index(scene->arrows, SnapshotArrow, i);
        const bool is_over =
            arrow.received_ns >= arrow.sent_ns && arrow.received_ns < scene->from_ns;
        if (!is_drawn(scene, &arrow) || is_over || arrow.sent_ns > scene->to_ns ||
            (arrow.received_ns < arrow.sent_ns && arrow.sent_ns < scene->from_ns)) {
            continue;
        }
        plain += arrow.role <= ROLE_PLAIN;
        if (arrow.role > ROLE_PLAIN ||
            (plain <= PLAIN_ARROWS_MAX && scene->peers->len <= PLAIN_PEERS_MAX)) {
            g_array_index(scene->arrows, SnapshotArrow, kept++) = arrow;
        } else {
            scene->is_cut_short = true;
        }
    }
    g_array_set_size(scene->arrows, kept);
}

bool snapshot_scene_read(const PlotSource *source, SnapshotScene *ret_scene, GError **error)
{
    g_auto(SnapshotScene) scene = {.dots = g_array_new(FALSE, FALSE, sizeof(SnapshotDot)),
                                   .arrows = g_array_new(FALSE, FALSE, sizeof(SnapshotArrow)),
                                   .peers = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    if (!read_snapshot(source, &scene, error) || !read_cut(source, &scene, error) ||
        !read_arrows(source, &scene, error)) {
        return false;
    }
    choose_peers(source, &scene);
    choose_window(source, &scene);
    keep_drawn(&scene);
    *ret_scene = scene;
    memset(&scene, 0, sizeof scene);
    return true;
}
