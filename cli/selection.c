/* SPDX-License-Identifier: MIT */
/* Times and peers of a database, as options name them. */
#include "cli/selection.h"

#include "sim/peer_set.h"
#include "sim/value_text.h"

/* Above this the database is not asked for its peers' names. */
#define NAMED_PEERS_MAX 1000000

bool selection_parse_time(const char *option, const char *text, int64_t *time_ns, GError **error)
{
    if (text != NULL && !value_parse(text, VALUE_DURATION, time_ns, error)) {
        g_prefix_error(error, "--%s: ", option);
        return false;
    }
    return true;
}

/* The peers of the first run that has any: their number and, if there are not too many, names. */
static bool read_names(sqlite3 *database, const int64_t *run_id, int64_t *ret_count,
                       GPtrArray *names, GError **error)
{
    GError *problem = NULL;
    int64_t count = 0;
    g_autoptr(sqlite3_stmt) row = database_prepare(
        database,
        "SELECT id, name FROM peer WHERE run_id = ifnull(?1, (SELECT min(id) FROM run))"
        " ORDER BY id",
        error);
    if (row == NULL) {
        return false;
    }
    if (run_id != NULL) {
        sqlite3_bind_int64(row, 1, *run_id);
    }
    while (database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 0);
        count = MAX(count, id < G_MAXINT32 ? id + 1 : G_MAXINT32);
        if (id >= names->len && id < NAMED_PEERS_MAX) {
            while (names->len < id) {
                g_ptr_array_add(names, g_strdup(""));
            }
            char *name = database_text(row, 1);
            g_ptr_array_add(names, name == NULL ? g_strdup("") : name);
        }
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    *ret_count = count > 0 && count < G_MAXINT32 ? count : G_MAXINT32;
    return true;
}

GArray *selection_parse_peers(sqlite3 *database, const int64_t *run_id, const char *text,
                              GError **error)
{
    int64_t count = 0;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!read_names(database, run_id, &count, names, error)) {
        return NULL;
    }
    g_autoptr(PeerSet) set =
        peer_set_new(text, (uint32_t)count,
                     names->len == count ? (const char *const *)names->pdata : NULL, error);
    if (set == NULL) {
        g_prefix_error(error, "--peers: ");
        return NULL;
    }
    GArray *peers = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (uint32_t i = 0; i < MIN(peer_set_count(set), NAMED_PEERS_MAX); i++) {
        const int64_t id = peer_set_member(set, i);
        g_array_append_val(peers, id);
    }
    return peers;
}

sqlite3 *selection_open(const char *path, const int64_t *run_id, const char *peers_text,
                        GArray **ret_peers, GError **error)
{
    g_autoptr(sqlite3) database = database_open(path, error);
    if (database != NULL && peers_text != NULL) {
        *ret_peers = selection_parse_peers(database, run_id, peers_text, error);
    }
    return peers_text == NULL || *ret_peers != NULL ? g_steal_pointer(&database) : NULL;
}
