/* SPDX-License-Identifier: MIT */
/* A log for ShiViz, and for TSViz: its first line is the regular expression that reads the rest,
 * the second, for logs of several executions, is empty. Then two lines for each event: the host and
 * its vector clock; the time in nanoseconds and what happened.
 *
 * The events are what moves a clock: a message is sent, a message is received, a peer records its
 * state for a snapshot. The clocks are computed from the messages (analysis/clock_hosts.h), in the
 * order of time; at one instant of a peer it receives, then records, then sends. Since a link takes
 * at least a nanosecond, a message is always sent before it is received, so that no clock names an
 * event that is missing, which ShiViz would refuse. */
#include "analysis/clock_hosts.h"

static const char FIRST_LINES[] =
    "(?<host>\\S+) (?<clock>\\{.*\\})\\n(?<timestamp>-?\\d+) (?<event>.*)\n\n";

typedef enum Happening { HAPPENING_RECEIPT, HAPPENING_RECORD, HAPPENING_SENDING } Happening;

static const char HOSTS[] =
    "SELECT sender_id AS id FROM message WHERE" EXPORT_MESSAGE_IS_SELECTED
    " UNION SELECT receiver_id FROM message WHERE" EXPORT_MESSAGE_IS_SELECTED
    " UNION SELECT peer_id FROM snapshot_state WHERE run_id = ?1 AND is_wanted(peer_id)"
    "  AND recorded_ns BETWEEN ?3 AND ?4";

/* Columns: when, what (a Happening), message or snapshot, where, the other peer, kind, size, fate,
 * whether it is received. */
static const char EVENTS[] =
    "SELECT received_ns, 0, id, receiver_id, sender_id, kind, size_bytes, fate, 1 FROM message"
    " WHERE received_ns IS NOT NULL AND" EXPORT_MESSAGE_IS_SELECTED
    " UNION ALL SELECT sent_ns, 2, id, sender_id, receiver_id, kind, size_bytes, fate,"
    "  received_ns IS NOT NULL FROM message WHERE" EXPORT_MESSAGE_IS_SELECTED
    " UNION ALL SELECT recorded_ns, 1, snapshot_id, peer_id, NULL, NULL, NULL, NULL, 0"
    "  FROM snapshot_state WHERE run_id = ?1 AND is_wanted(peer_id)"
    "  AND recorded_ns BETWEEN ?3 AND ?4"
    " ORDER BY 1, 2, 4, 3, 5, 6, 7, 8, 9";

/* Everything on one line, as `.` in the expression takes it. */
static void write_line(Output *output, Text text)
{
    if (text.bytes == NULL) {
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text.bytes, (gssize)text.size_bytes);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        const bool is_break = g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029;
        if (is_break) {
            output_text(output, "\xef\xbf\xbd");
        } else {
            output_bytes(output, at, (size_t)(g_utf8_next_char(at) - at));
        }
    }
}

static void write_message(Output *output, sqlite3_stmt *row, const char *verb, const char *other)
{
    const Text fate = export_text(row, 7);
    output_text(output, verb);
    write_line(output, export_text(row, 5));
    output_text(output, sqlite3_column_int(row, 1) == HAPPENING_SENDING ? " to " : " from ");
    output_text(output, other);
    output_text(output, " (");
    output_integer(output, sqlite3_column_int64(row, 6));
    output_text(output, " B)");
    if (sqlite3_column_int(row, 8) == 0) {
        output_text(output, ", ");
        write_line(output, fate);
    }
}

/* Peers that a damaged file names in one query and not in another are passed over. */
static void write_event(ClockHosts *hosts, Output *output, sqlite3_stmt *row)
{
    const Happening happening = (Happening)sqlite3_column_int(row, 1);
    const int64_t id = sqlite3_column_int64(row, 2);
    guint host = 0, other = 0;
    if (!clock_hosts_find(hosts, sqlite3_column_int64(row, 3), &host) ||
        (happening != HAPPENING_RECORD &&
         !clock_hosts_find(hosts, sqlite3_column_int64(row, 4), &other))) {
        return;
    }
    switch (happening) {
    case HAPPENING_RECEIPT:
        clock_hosts_receive(hosts, host, id);
        break;
    case HAPPENING_RECORD:
        clock_hosts_local(hosts, host);
        break;
    case HAPPENING_SENDING:
        clock_hosts_send(hosts, host, id, sqlite3_column_int(row, 8) == 1);
        break;
    }
    output_text(output, clock_hosts_name(hosts, host));
    output_character(output, ' ');
    clock_hosts_write(hosts, host, output);
    output_character(output, '\n');
    output_integer(output, sqlite3_column_int64(row, 0));
    output_character(output, ' ');
    if (happening == HAPPENING_RECORD) {
        output_text(output, "record state for snapshot ");
        output_integer(output, id);
    } else {
        write_message(output, row, happening == HAPPENING_SENDING ? "send " : "receive ",
                      clock_hosts_name(hosts, other));
    }
    output_character(output, '\n');
}

static bool write_shiviz(const ExportSource *source, Output *output, GError **error)
{
    GError *problem = NULL;
    g_autoptr(ClockHosts) hosts = clock_hosts_new(source, HOSTS, error);
    if (hosts == NULL) {
        return false;
    }
    g_autoptr(sqlite3_stmt) row = export_prepare(source, EVENTS, error);
    if (row == NULL) {
        return false;
    }
    output_text(output, FIRST_LINES);
    while (!output_has_failed(output) && database_step(row, &problem)) {
        write_event(hosts, output, row);
    }
    return export_is_clean(problem, error);
}

const ExportFormat EXPORT_shiviz = {
    .name = "shiviz",
    .help = "messages with vector clocks, for ShiViz and TSViz",
    .ending = ".log",
    .needs = {"message"},
    .write = write_shiviz,
};
