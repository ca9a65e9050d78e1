/* SPDX-License-Identifier: MIT */
/* Choosing and reading what a space-time diagram shows. */
#include "analysis/spacetime_scene.h"

#include "analysis/error.h"
#include "analysis/first_snapshot.h"

#define ALL_PEERS_MAX 40
#define CHOSEN_PEER_COUNT 20
#define ALL_MESSAGES_MAX 500
#define FIRST_MESSAGE_COUNT 300
#define FIRST_LATENCIES 40
#define FEWEST_MESSAGES 40
#define DRAWN_MESSAGES_MAX 3000
#define DRAWN_SPANS_MAX 3000

/* So many messages are looked through for peers that belong together. */
#define SEARCH_COUNT_MAX 100000

/* Margins are added to times as doubles and kept within what int64_t holds. */
#define TIME_MAX 9e18

static void scene_init(Scene *scene)
{
    *scene = (Scene){0};
    scene->peers = g_array_new(FALSE, FALSE, sizeof(int64_t));
    scene->rows = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    scene->messages = g_array_new(FALSE, FALSE, sizeof(SceneMessage));
    scene->kinds = g_ptr_array_new_with_free_func(g_free);
    scene->spans = g_array_new(FALSE, FALSE, sizeof(SceneSpan));
    scene->span_names = g_ptr_array_new_with_free_func(g_free);
    scene->states = g_array_new(FALSE, FALSE, sizeof(SceneState));
}

void scene_clear(Scene *scene)
{
    g_clear_pointer(&scene->peers, g_array_unref);
    g_clear_pointer(&scene->rows, g_hash_table_unref);
    g_clear_pointer(&scene->messages, g_array_unref);
    g_clear_pointer(&scene->kinds, g_ptr_array_unref);
    g_clear_pointer(&scene->spans, g_array_unref);
    g_clear_pointer(&scene->span_names, g_ptr_array_unref);
    g_clear_pointer(&scene->states, g_array_unref);
}

static int compare_peers(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void add_peer(Scene *scene, int64_t id)
{
    if (!g_hash_table_contains(scene->rows, &id)) {
        g_hash_table_insert(scene->rows, g_memdup2(&id, sizeof id), GUINT_TO_POINTER(1));
        g_array_append_val(scene->peers, id);
    }
}

static void number_rows(Scene *scene)
{
    g_array_sort(scene->peers, compare_peers);
    for (guint row = 0; row < scene->peers->len; row++) {
        const int64_t *id = &g_array_index(scene->peers, int64_t, row);
        g_hash_table_insert(scene->rows, g_memdup2(id, sizeof *id), GUINT_TO_POINTER(row + 1));
    }
}

/* The row of a peer, or false. */
static bool find_row(const Scene *scene, sqlite3_stmt *statement, int column, guint *ret_row)
{
    const int64_t id = sqlite3_column_int64(statement, column);
    void *row = g_hash_table_lookup(scene->rows, &id);
    if (row == NULL || database_is_null(statement, column)) {
        return false;
    }
    *ret_row = GPOINTER_TO_UINT(row) - 1;
    return true;
}

static guint find_name(GPtrArray *names, const char *name)
{
    guint index = 0;
    name = name == NULL ? "" : name;
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, &index)) {
        index = names->len;
        g_ptr_array_add(names, g_strdup(name));
    }
    return index;
}

static bool count_messages(const PlotSource *source, Scene *scene, GError **error)
{
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM message WHERE run_id = %" G_GINT64_FORMAT, source->run_id);
    if (!database_read_integer(source->database, sql, &scene->message_count, error)) {
        return false;
    }
    if (scene->message_count == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "run %" G_GINT64_FORMAT " has no messages; a run that records metrics only "
                    "keeps none",
                    source->run_id);
        return false;
    }
    return true;
}

/* Messages sent in the window or still under way when it begins, by time of sending. */
static sqlite3_stmt *select_messages(const PlotSource *source, int64_t from_ns, int64_t to_ns,
                                     GError **error)
{
    sqlite3_stmt *row = database_prepare_for_run(
        source->database,
        "SELECT sender_id, receiver_id, kind, sent_ns, received_ns, fate FROM message"
        " WHERE run_id = ?1 AND sent_ns <= ?3 AND (sent_ns >= ?2 OR received_ns >= ?2)"
        " ORDER BY sent_ns, id",
        source->run_id, error);
    if (row != NULL) {
        sqlite3_bind_int64(row, 2, from_ns);
        sqlite3_bind_int64(row, 3, to_ns);
    }
    return row;
}

/* All peers of the run, or of the user's choice. */
static bool read_all_peers(const PlotSource *source, Scene *scene, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT id FROM peer WHERE run_id = ?1 UNION SELECT sender_id FROM message"
        " WHERE run_id = ?1 UNION SELECT receiver_id FROM message WHERE run_id = ?1",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 0);
        if (!database_is_null(row, 0) && plot_has_peer(source, id)) {
            add_peer(scene, id);
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (scene->peers->len == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "none of these peers is in run %" G_GINT64_FORMAT, source->run_id);
        return false;
    }
    return true;
}

/* From one peer on, those that the chosen ones exchange messages with, in order of time. */
static bool choose_peers(const PlotSource *source, Scene *scene, const FirstSnapshot *snapshot,
                         int64_t from_ns, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = select_messages(source, from_ns, G_MAXINT64, error);
    if (row == NULL) {
        return false;
    }
    g_array_set_size(scene->peers, 0);
    g_hash_table_remove_all(scene->rows);
    if (snapshot->is_there) {
        add_peer(scene, snapshot->initiator_id);
    }
    scene->is_peer_choice_ours = true;
    for (int i = 0; i < SEARCH_COUNT_MAX && scene->peers->len < CHOSEN_PEER_COUNT; i++) {
        if (!database_step(row, &problem)) {
            break;
        }
        const int64_t sender = sqlite3_column_int64(row, 0);
        const int64_t receiver = sqlite3_column_int64(row, 1);
        if (scene->peers->len == 0 || g_hash_table_contains(scene->rows, &sender) ||
            g_hash_table_contains(scene->rows, &receiver)) {
            add_peer(scene, sender);
            add_peer(scene, receiver);
        }
    }
    return database_finished(problem, error);
}

static void append_message(Scene *scene, sqlite3_stmt *row, guint *kind_counts)
{
    SceneMessage message = {.sent_ns = sqlite3_column_int64(row, 3)};
    const char *fate = (const char *)sqlite3_column_text(row, 5);
    if (!find_row(scene, row, 0, &message.sender_row) ||
        !find_row(scene, row, 1, &message.receiver_row)) {
        return;
    }
    message.kind = MIN(find_name(scene->kinds, (const char *)sqlite3_column_text(row, 2)), 255);
    kind_counts[message.kind]++;
    message.received_ns = sqlite3_column_int64(row, 4);
    message.fate = g_strcmp0(fate, "in-flight") == 0 ? SCENE_IN_FLIGHT
                   : database_is_null(row, 4)        ? SCENE_LOST
                                                     : SCENE_DELIVERED;
    g_array_append_val(scene->messages, message);
}

/* Kinds take colours in order of their number, so the frequent ones come first. */
static void order_kinds(Scene *scene, const guint *counts)
{
    const guint kind_count = MIN(scene->kinds->len, 256);
    guint ranks[256];
    g_autoptr(GPtrArray) ordered = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < kind_count; i++) {
        guint rank = 0;
        for (guint j = 0; j < kind_count; j++) {
            rank += counts[j] > counts[i] || (counts[j] == counts[i] && j < i);
        }
        ranks[i] = rank;
    }
    g_ptr_array_set_size(ordered, (gint)kind_count);
    for (guint i = 0; i < kind_count; i++) {
        g_ptr_array_index(ordered, ranks[i]) = g_strdup(g_ptr_array_index(scene->kinds, i));
    }
    for (guint i = 0; i < scene->messages->len; i++) {
        SceneMessage *message = &g_array_index(scene->messages, SceneMessage, i);
        message->kind = ranks[message->kind];
    }
    g_ptr_array_unref(scene->kinds);
    scene->kinds = g_steal_pointer(&ordered);
}

/* Up to `count_max` messages; the window then ends with the last. */
static bool read_messages(const PlotSource *source, Scene *scene, guint count_max, GError **error)
{
    GError *problem = NULL;
    guint kind_counts[256] = {0};
    g_autoptr(sqlite3_stmt) row = select_messages(source, scene->from_ns, scene->to_ns, error);
    if (row == NULL) {
        return false;
    }
    while (!scene->is_cut_short && database_step(row, &problem)) {
        append_message(scene, row, kind_counts);
        scene->is_cut_short = scene->messages->len >= count_max;
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    order_kinds(scene, kind_counts);
    if (scene->messages->len == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED,
                    "run %" G_GINT64_FORMAT " has no message in this window among these peers",
                    source->run_id);
        return false;
    }
    return true;
}

double scene_mean_latency_ns(const Scene *scene)
{
    double sum = 0;
    guint count = 0;
    for (guint i = 0; i < scene->messages->len; i++) {
        const SceneMessage *message = &g_array_index(scene->messages, SceneMessage, i);
        if (message->fate == SCENE_DELIVERED) {
            sum += (double)message->received_ns - (double)message->sent_ns;
            count++;
        }
    }
    return count > 0 ? sum / count : 0;
}

/* Drops what begins so late that the window would make all arrows upright. */
static void shorten(Scene *scene)
{
    const GArray *messages = scene->messages;
    const double first = (double)g_array_index(messages, SceneMessage, 0).sent_ns;
    const double limit = first + FIRST_LATENCIES * scene_mean_latency_ns(scene);
    guint kept = MIN(messages->len, FEWEST_MESSAGES);
    while (kept < messages->len &&
           (double)g_array_index(messages, SceneMessage, kept).sent_ns <= limit) {
        kept++;
    }
    scene->is_cut_short = scene->is_cut_short || kept < messages->len;
    g_array_set_size(scene->messages, kept);
}

static int64_t time_within(double time_ns)
{
    return (int64_t)CLAMP(time_ns, -TIME_MAX, TIME_MAX);
}

/* Where the window is open, it begins with the first message and ends with the last arrival. */
static void close_window(Scene *scene)
{
    const GArray *messages = scene->messages;
    int64_t first_ns = G_MAXINT64, last_ns = G_MININT64;
    for (guint i = 0; i < messages->len; i++) {
        const SceneMessage *message = &g_array_index(messages, SceneMessage, i);
        const bool has_arrived = message->fate == SCENE_DELIVERED;
        first_ns = MIN(first_ns, message->sent_ns);
        last_ns = MAX(last_ns, has_arrived ? message->received_ns : message->sent_ns);
    }
    const double margin = 0.02 * ((double)last_ns - (double)first_ns) + 1;
    if (scene->from_ns == G_MININT64) {
        const int64_t before_ns = time_within((double)first_ns - margin);
        scene->from_ns = first_ns >= 0 ? MAX(before_ns, 0) : before_ns;
    }
    if (scene->to_ns == G_MAXINT64 || scene->is_cut_short) {
        scene->to_ns = time_within((double)last_ns + margin);
    }
    if (scene->to_ns <= scene->from_ns) {
        scene->to_ns = scene->from_ns == G_MAXINT64 ? G_MAXINT64 : scene->from_ns + 1;
    }
}

static bool read_spans(const PlotSource *source, Scene *scene, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT peer_id, name, start_ns, ifnull(end_ns, ?3), end_ns IS NULL FROM span WHERE run_id "
        "= ?1"
        " AND peer_id IS NOT NULL AND start_ns <= ?3 AND ifnull(end_ns, ?3) >= ?2"
        " ORDER BY start_ns, id",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_int64(row, 2, scene->from_ns);
    sqlite3_bind_int64(row, 3, scene->to_ns);
    while (scene->spans->len < DRAWN_SPANS_MAX && database_step(row, &problem)) {
        SceneSpan span = {.start_ns = MAX(sqlite3_column_int64(row, 2), scene->from_ns),
                          .end_ns = MIN(sqlite3_column_int64(row, 3), scene->to_ns),
                          .is_open = sqlite3_column_int64(row, 4) != 0};
        if (find_row(scene, row, 0, &span.row)) {
            span.name = find_name(scene->span_names, (const char *)sqlite3_column_text(row, 1));
            g_array_append_val(scene->spans, span);
        }
    }
    return database_finished(problem, error);
}

/* The cut, where it lies in the window; of several states of one peer the first. */
static bool read_states(const PlotSource *source, Scene *scene, const FirstSnapshot *snapshot,
                        GError **error)
{
    GError *problem = NULL;
    if (!snapshot->is_there || snapshot->started_ns > scene->to_ns ||
        snapshot->ended_ns < scene->from_ns) {
        return true;
    }
    g_autoptr(sqlite3_stmt) row = first_snapshot_states(source, snapshot, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        SceneState state = {.recorded_ns = sqlite3_column_int64(row, 1)};
        const guint count = scene->states->len;
        if (find_row(scene, row, 0, &state.row) &&
            (count == 0 || g_array_index(scene->states, SceneState, count - 1).row != state.row)) {
            g_array_append_val(scene->states, state);
        }
    }
    return database_finished(problem, error);
}

bool scene_read(const PlotSource *source, Scene *ret_scene, GError **error)
{
    const PlotOptions *options = source->options;
    const bool is_open = options->from_ns == G_MININT64 && options->to_ns == G_MAXINT64;
    FirstSnapshot snapshot;
    g_auto(Scene) scene = {0};
    scene_init(&scene);
    scene.from_ns = options->from_ns;
    scene.to_ns = options->to_ns;
    if (!count_messages(source, &scene, error) || !first_snapshot_read(source, &snapshot, error) ||
        !read_all_peers(source, &scene, error)) {
        return false;
    }
    const bool is_too_much = scene.message_count > ALL_MESSAGES_MAX;
    const bool is_about_snapshot = is_open && is_too_much && snapshot.is_there;
    guint count_max = DRAWN_MESSAGES_MAX;
    if (is_about_snapshot) {
        const double started = (double)snapshot.started_ns, ended = (double)snapshot.ended_ns;
        const double margin = (ended - started) / 12 + 1;
        scene.from_ns = time_within(started - margin);
        scene.to_ns = time_within(ended + margin);
    } else if (is_open && is_too_much) {
        count_max = FIRST_MESSAGE_COUNT;
    }
    if (source->wanted == NULL && scene.peers->len > ALL_PEERS_MAX &&
        !choose_peers(source, &scene, &snapshot,
                      is_about_snapshot ? snapshot.started_ns : scene.from_ns, error)) {
        return false;
    }
    number_rows(&scene);
    if (!read_messages(source, &scene, count_max, error)) {
        return false;
    }
    if (count_max == FIRST_MESSAGE_COUNT) {
        shorten(&scene);
    }
    close_window(&scene);
    if (!read_spans(source, &scene, error) || !read_states(source, &scene, &snapshot, error)) {
        return false;
    }
    *ret_scene = scene;
    scene = (Scene){0};
    return true;
}
