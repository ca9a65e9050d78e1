/* SPDX-License-Identifier: MIT */
/* Vector clocks, or direct dependencies where vectors would be too long. */
#include "analysis/clock_hosts.h"

#include <string.h>

/* What a message brings along. */
typedef struct Departure {
    int64_t message_id;
    guint sender;
    guint64 clock[]; /* one entry for each host; only the sender's without vectors */
} Departure;

struct ClockHosts {
    GArray *ids;      /* of int64_t */
    GArray *places;   /* of guint: where the name starts in `names` */
    GString *names;   /* each ends with a zero byte */
    guint64 *clocks;  /* with vectors: one row for each host; without: the own entries */
    GHashTable *sent; /* Departure by message id */
    bool has_vectors;
    guint sender; /* without vectors: whom the last event names; NO_SENDER: none */
    guint64 sender_clock;
};

#define NO_SENDER G_MAXUINT

/* White space, and what JavaScript takes for it or for the end of a line, would end the name. */
static void append_name(GString *names, int64_t peer_id, Text name)
{
    g_autofree char *valid =
        name.bytes == NULL ? NULL : g_utf8_make_valid(name.bytes, (gssize)name.size_bytes);
    g_string_append_printf(names, "%" G_GINT64_FORMAT, peer_id);
    if (valid != NULL && *valid != '\0') {
        g_string_append_c(names, ':');
    }
    for (const char *at = valid; at != NULL && *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        const bool is_space = g_unichar_isspace(c) || g_unichar_iscntrl(c) || c == 0xfeff ||
                              g_unichar_break_type(c) == G_UNICODE_BREAK_MANDATORY ||
                              g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR;
        g_string_append_unichar(names, is_space ? '_' : c);
    }
    g_string_append_c(names, '\0');
}

static bool read_hosts(ClockHosts *hosts, const ExportSource *source, const char *sql,
                       GError **error)
{
    GError *problem = NULL;
    g_autofree char *named =
        g_strdup_printf("SELECT host.id, name FROM (%s) AS host LEFT JOIN peer"
                        " ON peer.run_id = ?1 AND peer.id = host.id ORDER BY 1",
                        sql);
    g_autoptr(sqlite3_stmt) row = export_prepare(source, named, error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        const int64_t id = sqlite3_column_int64(row, 0);
        const guint place = (guint)hosts->names->len;
        if (hosts->ids->len > 0 && id <= g_array_index(hosts->ids, int64_t, hosts->ids->len - 1)) {
            continue; /* a NULL, which reads as peer 0 */
        }
        g_array_append_val(hosts->ids, id);
        g_array_append_val(hosts->places, place);
        append_name(hosts->names, id, export_text(row, 1));
    }
    return export_is_clean(problem, error);
}

ClockHosts *clock_hosts_new(const ExportSource *source, const char *sql, GError **error)
{
    g_autoptr(ClockHosts) hosts = g_new0(ClockHosts, 1);
    hosts->ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    hosts->places = g_array_new(FALSE, FALSE, sizeof(guint));
    hosts->names = g_string_new(NULL);
    hosts->sent = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    if (!read_hosts(hosts, source, sql, error)) {
        return NULL;
    }
    const gsize count = hosts->ids->len;
    hosts->has_vectors = count <= CLOCK_HOSTS_WITH_VECTORS;
    hosts->clocks = g_new0(guint64, hosts->has_vectors ? count * count : count);
    hosts->sender = NO_SENDER;
    return g_steal_pointer(&hosts);
}

void clock_hosts_free(ClockHosts *hosts)
{
    if (hosts != NULL) {
        g_array_free(hosts->ids, TRUE);
        g_array_free(hosts->places, TRUE);
        g_string_free(hosts->names, TRUE);
        g_hash_table_unref(hosts->sent);
        g_free(hosts->clocks);
        g_free(hosts);
    }
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

bool clock_hosts_find(const ClockHosts *hosts, int64_t peer_id, guint *ret_host)
{
    if (hosts->ids->len == 0) {
        return false;
    }
    const int64_t *ids = (const int64_t *)hosts->ids->data;
    const int64_t *found = bsearch(&peer_id, ids, hosts->ids->len, sizeof *ids, compare_ids);
    if (found == NULL) {
        return false;
    }
    *ret_host = (guint)(found - ids);
    return true;
}

const char *clock_hosts_name(const ClockHosts *hosts, guint host)
{
    return hosts->names->str + g_array_index(hosts->places, guint, host);
}

/* The entries that the host has: a row, or its own. */
static guint64 *clock_of(const ClockHosts *hosts, guint host)
{
    return hosts->clocks + (hosts->has_vectors ? (gsize)host * hosts->ids->len : host);
}

static guint64 *own_entry(const ClockHosts *hosts, guint host)
{
    return clock_of(hosts, host) + (hosts->has_vectors ? host : 0);
}

void clock_hosts_local(ClockHosts *hosts, guint host)
{
    ++*own_entry(hosts, host);
    hosts->sender = NO_SENDER;
}

void clock_hosts_send(ClockHosts *hosts, guint host, int64_t message_id, bool is_received)
{
    const gsize count = hosts->has_vectors ? hosts->ids->len : 1;
    clock_hosts_local(hosts, host);
    if (is_received) {
        Departure *departure = g_malloc(sizeof *departure + count * sizeof departure->clock[0]);
        departure->message_id = message_id;
        departure->sender = host;
        memcpy(departure->clock, clock_of(hosts, host), count * sizeof departure->clock[0]);
        g_hash_table_replace(hosts->sent, &departure->message_id, departure);
    }
}

bool clock_hosts_receive(ClockHosts *hosts, guint host, int64_t message_id)
{
    const Departure *departure = g_hash_table_lookup(hosts->sent, &message_id);
    clock_hosts_local(hosts, host);
    if (departure == NULL) {
        return false;
    }
    if (hosts->has_vectors) {
        guint64 *clock = clock_of(hosts, host);
        for (guint i = 0; i < hosts->ids->len; i++) {
            clock[i] = MAX(clock[i], departure->clock[i]);
        }
    } else if (departure->sender != host) {
        hosts->sender = departure->sender;
        hosts->sender_clock = departure->clock[0];
    }
    g_hash_table_remove(hosts->sent, &message_id);
    return true;
}

static void write_entry(const ClockHosts *hosts, guint host, guint64 time, bool is_first,
                        Output *output)
{
    const char *name = clock_hosts_name(hosts, host);
    output_text(output, is_first ? "{" : ",");
    output_json(output, name, strlen(name));
    output_character(output, ':');
    output_unsigned(output, time);
}

void clock_hosts_write(const ClockHosts *hosts, guint host, Output *output)
{
    write_entry(hosts, host, *own_entry(hosts, host), true, output);
    if (hosts->has_vectors) {
        const guint64 *clock = clock_of(hosts, host);
        for (guint i = 0; i < hosts->ids->len; i++) {
            if (i != host && clock[i] > 0) {
                write_entry(hosts, i, clock[i], false, output);
            }
        }
    } else if (hosts->sender != NO_SENDER) {
        write_entry(hosts, hosts->sender, hosts->sender_clock, false, output);
    }
    output_character(output, '}');
}
