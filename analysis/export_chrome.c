/* SPDX-License-Identifier: MIT */
/* Chrome's trace events as one JSON object, for Perfetto, speedscope and chrome://tracing.
 *
 * A peer is a process; its spans lie on tracks of their own, on so many that slices of a track
 * nest, as the viewers need it; each of its streams is a track, on which a message is a slice where
 * it was sent and where it was received, joined by a flow arrow. Times are microseconds with three
 * decimals, that is exact. Slices are pairs of B and E rather than X: a viewer that adds a duration
 * to a start in floating point misses the start of the next slice by a little, and takes it for a
 * child. For the same reason what takes no time is drawn a nanosecond long. Ends repeat the
 * category of their beginnings, and both ends of a message and their arrow have the same one, since
 * Chromium's developer tools pair by it. Numbers of tracks are unique in the file, since viewers
 * take them for threads of one system; process 0 is the idle process to some, so that peer 0 is
 * process 1. */
#include "analysis/attribute_reader.h"
#include "analysis/nesting_lanes.h"
#include "analysis/span_reader.h"

#include <string.h>

typedef struct ChromeWriter {
    const ExportSource *source;
    Output *output;
    AttributeReader *attributes;
    GString *name;
    GArray *tracks;   /* of int64_t: the track of each lane of the current peer or stream */
    int64_t track_id; /* the last one that was given */
    int64_t process_id;
    NestingLanes *lanes; /* labels are names as JSON */
    bool is_in_messages; /* else in spans */
    bool has_event;
} ChromeWriter;

static int64_t process_of(int64_t peer_id)
{
    return (int64_t)((uint64_t)peer_id + 1);
}

static void begin_event(ChromeWriter *writer, const char *phase)
{
    output_text(writer->output, writer->has_event ? ",\n{\"ph\":\"" : "\n{\"ph\":\"");
    output_text(writer->output, phase);
    output_text(writer->output, "\",\"pid\":");
    output_integer(writer->output, writer->process_id);
    writer->has_event = true;
}

static void begin_track_event(ChromeWriter *writer, const char *phase, int64_t track_id,
                              int64_t time_ns)
{
    begin_event(writer, phase);
    output_text(writer->output, ",\"tid\":");
    output_integer(writer->output, track_id);
    output_text(writer->output, ",\"ts\":");
    output_thousandths(writer->output, time_ns);
}

static void write_name(ChromeWriter *writer, Text name)
{
    output_text(writer->output, ",\"name\":");
    export_json(writer->output, name);
}

/* Ends the slices of the tracks before, and begins a process, with its name and its place: viewers
 * show peers by their numbers, the coordinator first. */
static bool begin_process(ChromeWriter *writer, bool is_coordinator, int64_t peer_id,
                          GError **error)
{
    nesting_lanes_clear(writer->lanes);
    g_array_set_size(writer->tracks, 0);
    writer->process_id = process_of(peer_id);
    if (!export_read_peer(writer->source, is_coordinator, peer_id, writer->name, NULL, error)) {
        return false;
    }
    begin_event(writer, "M");
    output_text(writer->output, ",\"name\":\"process_name\",\"args\":{\"name\":");
    output_json(writer->output, writer->name->str, writer->name->len);
    output_text(writer->output, "}}");
    begin_event(writer, "M");
    output_text(writer->output, ",\"name\":\"process_sort_index\",\"args\":{\"sort_index\":");
    output_integer(writer->output, is_coordinator ? 0 : writer->process_id);
    output_text(writer->output, "}}");
    return true;
}

/* The track of the next lane. */
static void add_track(ChromeWriter *writer, const char *name)
{
    const int64_t track_id = ++writer->track_id;
    begin_event(writer, "M");
    output_text(writer->output, ",\"tid\":");
    output_integer(writer->output, track_id);
    output_text(writer->output, ",\"name\":\"thread_name\",\"args\":{\"name\":");
    output_json(writer->output, name, strlen(name));
    output_text(writer->output, "}}");
    g_array_append_val(writer->tracks, track_id);
}

static void end_slice(void *data, guint lane, int64_t end_ns, const char *name)
{
    ChromeWriter *writer = data;
    begin_track_event(writer, "E", g_array_index(writer->tracks, int64_t, lane), end_ns);
    write_name(writer, (Text){name, strlen(name)});
    output_text(writer->output,
                writer->is_in_messages ? ",\"cat\":\"message\"}" : ",\"cat\":\"span\"}");
}

/* Begins a slice on the first track where it nests, and gives the track. */
static int64_t begin_slice(ChromeWriter *writer, Text name, int64_t start_ns, int64_t end_ns)
{
    const int64_t drawn_end_ns = MAX(end_ns, MIN(start_ns, G_MAXINT64 - 1) + 1);
    const guint lane =
        nesting_lanes_place(writer->lanes, start_ns, drawn_end_ns,
                            g_strndup(name.bytes == NULL ? "" : name.bytes, name.size_bytes));
    if (lane == writer->tracks->len) {
        g_autofree char *title =
            lane == 0 ? g_strdup("spans") : g_strdup_printf("spans %u", lane + 1);
        add_track(writer, title);
    }
    const int64_t track_id = g_array_index(writer->tracks, int64_t, lane);
    begin_track_event(writer, "B", track_id, start_ns);
    write_name(writer, name);
    return track_id;
}

/* The members of an object, in front of which something stands already. */
static bool write_attributes(ChromeWriter *writer, Text json, bool has_member, GError **error)
{
    GError *problem = NULL;
    Attribute attribute;
    attribute_reader_begin(writer->attributes, json);
    while (attribute_reader_next(writer->attributes, &attribute, &problem)) {
        output_text(writer->output, has_member ? "," : "");
        export_json(writer->output, attribute.key);
        output_character(writer->output, ':');
        if (attribute.type == ATTRIBUTE_TEXT || attribute.type == ATTRIBUTE_JSON) {
            export_json(writer->output, attribute.text);
        } else if (attribute.type == ATTRIBUTE_NUMBER) {
            output_number(writer->output, attribute.number);
        } else {
            output_bytes(writer->output, attribute.text.bytes, attribute.text.size_bytes);
        }
        has_member = true;
    }
    return export_is_clean(problem, error);
}

/* By its id a parent is found, which may be in another process. */
static bool write_span(ChromeWriter *writer, SpanReader *reader, const SpanRow *span,
                       GError **error)
{
    Output *output = writer->output;
    const TraceIds *ids = &writer->source->ids;
    const int64_t track_id = begin_slice(writer, span->name, span->start_ns, span->end_ns);
    output_text(output, ",\"cat\":\"span\",\"args\":{\"skein\":{\"trace_id\":\"");
    output_trace_id(output, ids, span->trace_id);
    output_text(output, "\",\"span_id\":\"");
    output_span_id(output, ids, span->id);
    if (span->has_parent) {
        output_text(output, "\",\"parent_id\":\"");
        output_span_id(output, ids, span->parent_id);
    }
    output_text(output, "\",\"kind\":");
    export_json(output, span->kind);
    output_text(output, ",\"status\":");
    export_json(output, span->status);
    output_text(output, span->start_ns == span->end_ns ? ",\"duration_ns\":0" : "");
    output_text(output, span->is_unfinished ? ",\"unfinished\":true}" : "}");
    if (!write_attributes(writer, span->attributes, true, error)) {
        return false;
    }
    output_text(output, "}}");
    GError *problem = NULL;
    SpanEventRow event;
    while (span_reader_next_event(reader, &event, &problem)) {
        begin_track_event(writer, "i", track_id, event.time_ns);
        write_name(writer, event.name);
        output_text(output, ",\"cat\":\"event\",\"s\":\"t\",\"args\":{");
        if (!write_attributes(writer, event.attributes, false, error)) {
            return false;
        }
        output_text(output, "}}");
    }
    return export_is_clean(problem, error);
}

static bool write_spans(ChromeWriter *writer, GError **error)
{
    GError *problem = NULL;
    SpanRow span;
    bool has_process = false;
    g_autoptr(SpanReader) reader = span_reader_new(writer->source, SPAN_ORDER_PEER, error);
    if (reader == NULL) {
        return false;
    }
    while (!output_has_failed(writer->output) && span_reader_next(reader, &span, &problem)) {
        const int64_t peer_id = span.is_coordinator ? writer->source->coordinator_id : span.peer_id;
        if ((!has_process || process_of(peer_id) != writer->process_id) &&
            !begin_process(writer, span.is_coordinator, peer_id, error)) {
            return false;
        }
        has_process = true;
        if (!write_span(writer, reader, &span, error)) {
            return false;
        }
    }
    nesting_lanes_clear(writer->lanes);
    return export_is_clean(problem, error);
}

/* A row for each end of a message: where it was sent, and where it was received. */
static const char MESSAGES[] =
    "SELECT sender_id, stream_id, sent_ns, 0, id, receiver_id, kind, size_bytes, fate,"
    " received_ns IS NOT NULL FROM message WHERE" EXPORT_MESSAGE_IS_SELECTED
    " UNION ALL SELECT receiver_id, stream_id, received_ns, 1, id, sender_id, kind, size_bytes,"
    " fate, 1 FROM message WHERE received_ns IS NOT NULL AND" EXPORT_MESSAGE_IS_SELECTED
    " ORDER BY 1, 2, 3, 4, 5";

static void write_message(ChromeWriter *writer, sqlite3_stmt *row)
{
    Output *output = writer->output;
    const bool is_receipt = sqlite3_column_int(row, 3) == 1;
    const int64_t time_ns = sqlite3_column_int64(row, 2);
    const int64_t id = sqlite3_column_int64(row, 4);
    const int64_t track_id = begin_slice(writer, export_text(row, 6), time_ns, time_ns);
    output_text(output, ",\"cat\":\"message\",\"args\":{\"message_id\":");
    output_integer(output, id);
    output_text(output, is_receipt ? ",\"from\":" : ",\"to\":");
    output_integer(output, sqlite3_column_int64(row, 5));
    output_text(output, ",\"size_bytes\":");
    output_integer(output, sqlite3_column_int64(row, 7));
    output_text(output, ",\"fate\":");
    export_json(output, export_text(row, 8));
    output_text(output, "}}");
    if (sqlite3_column_int(row, 9) == 1) {
        begin_track_event(writer, is_receipt ? "f" : "s", track_id, time_ns);
        output_text(output, ",\"name\":\"message\",\"cat\":\"message\",\"id\":\"0x");
        output_hexadecimal(output, (uint64_t)id);
        output_text(output, is_receipt ? "\",\"bp\":\"e\"}" : "\"}");
    }
}

static void begin_stream(ChromeWriter *writer, sqlite3_stmt *row)
{
    const int64_t stream_id = sqlite3_column_int64(row, 1);
    g_autofree char *name = database_is_null(row, 1)
                                ? g_strdup("messages")
                                : g_strdup_printf("stream %" G_GINT64_FORMAT, stream_id);
    nesting_lanes_clear(writer->lanes);
    g_array_set_size(writer->tracks, 0);
    add_track(writer, name);
}

static bool write_messages(ChromeWriter *writer, GError **error)
{
    GError *problem = NULL;
    int64_t stream_id = 0;
    bool has_stream = false, has_process = false;
    if (writer->source->has_trace) {
        return true;
    }
    writer->is_in_messages = true;
    g_autoptr(sqlite3_stmt) row = export_prepare(writer->source, MESSAGES, error);
    if (row == NULL) {
        return false;
    }
    while (!output_has_failed(writer->output) && database_step(row, &problem)) {
        const int64_t peer_id = sqlite3_column_int64(row, 0);
        const bool is_new = !has_process || process_of(peer_id) != writer->process_id;
        if (is_new && !begin_process(writer, false, peer_id, error)) {
            return false;
        }
        if (is_new || has_stream == database_is_null(row, 1) ||
            sqlite3_column_int64(row, 1) != stream_id) {
            begin_stream(writer, row);
        }
        has_process = true;
        has_stream = !database_is_null(row, 1);
        stream_id = sqlite3_column_int64(row, 1);
        write_message(writer, row);
    }
    nesting_lanes_clear(writer->lanes);
    return export_is_clean(problem, error);
}

/* Faults are instants across all processes; they belong to no peer and to no trace. */
static bool write_faults(ChromeWriter *writer, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        export_prepare(writer->source,
                       "SELECT time_ns, action || ifnull(' ' || arguments, '') FROM fault"
                       " WHERE run_id = ?1 AND time_ns BETWEEN ?3 AND ?4 ORDER BY 1, 2",
                       error);
    if (row == NULL) {
        return false;
    }
    writer->process_id = process_of(writer->source->coordinator_id);
    while (!writer->source->has_trace && database_step(row, &problem)) {
        begin_track_event(writer, "i", 0, sqlite3_column_int64(row, 0));
        write_name(writer, export_text(row, 1));
        output_text(writer->output, ",\"cat\":\"fault\",\"s\":\"g\"}");
    }
    return export_is_clean(problem, error);
}

static bool write_chrome(const ExportSource *source, Output *output, GError **error)
{
    g_autoptr(AttributeReader) attributes = attribute_reader_new(source->database, error);
    if (attributes == NULL) {
        return false;
    }
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GArray) tracks = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ChromeWriter writer = {source, output, attributes, name, tracks, 0, 0, NULL, false, false};
    g_autoptr(NestingLanes) lanes = nesting_lanes_new(end_slice, &writer);
    writer.lanes = lanes;
    output_text(output, "{\"traceEvents\":[");
    if (!write_spans(&writer, error) || !write_messages(&writer, error) ||
        !write_faults(&writer, error)) {
        return false;
    }
    output_text(output, "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{\"scenario\":");
    output_json(output, source->title == NULL ? "" : source->title,
                source->title == NULL ? 0 : strlen(source->title));
    output_text(output, "}}\n");
    return true;
}

const ExportFormat EXPORT_chrome = {
    .name = "chrome",
    .help = "trace events, for Perfetto, speedscope and chrome://tracing",
    .ending = ".trace.json",
    .has_spans = true,
    .needs = {"span", "message"},
    .write = write_chrome,
};
