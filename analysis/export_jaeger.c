/* SPDX-License-Identifier: MIT */
/* What the Jaeger UI uploads and downloads: {"data": [trace...]}, each trace with its spans and
 * with the processes that they name, which are the peers.
 *
 * Jaeger counts microseconds since 1970, as integers; a span that starts at 0 is dropped by the UI.
 * Where nanoseconds are lost they stand in tags. */
#include "analysis/attribute_reader.h"
#include "analysis/span_reader.h"

#include <string.h>

/* JavaScript reads larger integers as other ones. */
#define SAFE_INTEGER_MAX (INT64_C(1) << 53)

typedef struct JaegerWriter {
    const ExportSource *source;
    Output *output;
    AttributeReader *attributes;
    GHashTable *peers; /* process ids of the current trace, as int64_t */
    GString *name, *region;
    bool has_tag;
} JaegerWriter;

static void begin_tag(JaegerWriter *writer, Text key, const char *type)
{
    output_text(writer->output, writer->has_tag ? ",{\"key\":" : "{\"key\":");
    export_json(writer->output, key);
    output_text(writer->output, ",\"type\":\"");
    output_text(writer->output, type);
    output_text(writer->output, "\",\"value\":");
    writer->has_tag = true;
}

static Text text_of(const char *bytes)
{
    return (Text){bytes, strlen(bytes)};
}

static void write_text_tag(JaegerWriter *writer, const char *key, Text value)
{
    begin_tag(writer, text_of(key), "string");
    export_json(writer->output, value);
    output_character(writer->output, '}');
}

static void write_boolean_tag(JaegerWriter *writer, const char *key)
{
    begin_tag(writer, text_of(key), "bool");
    output_text(writer->output, "true}");
}

static void write_integer_tag(JaegerWriter *writer, Text key, int64_t value)
{
    const bool is_safe = value > -SAFE_INTEGER_MAX && value < SAFE_INTEGER_MAX;
    begin_tag(writer, key, is_safe ? "int64" : "string");
    output_text(writer->output, is_safe ? "" : "\"");
    output_integer(writer->output, value);
    output_text(writer->output, is_safe ? "}" : "\"}");
}

static bool write_attributes(JaegerWriter *writer, Text json, GError **error)
{
    GError *problem = NULL;
    Attribute attribute;
    attribute_reader_begin(writer->attributes, json);
    while (attribute_reader_next(writer->attributes, &attribute, &problem)) {
        switch (attribute.type) {
        case ATTRIBUTE_INTEGER:
            write_integer_tag(writer, attribute.key, attribute.integer);
            continue;
        case ATTRIBUTE_NUMBER:
            begin_tag(writer, attribute.key, "float64");
            output_number(writer->output, attribute.number);
            break;
        case ATTRIBUTE_BOOLEAN:
            begin_tag(writer, attribute.key, "bool");
            output_text(writer->output, attribute.text.bytes);
            break;
        case ATTRIBUTE_NULL:
        case ATTRIBUTE_TEXT:
        case ATTRIBUTE_JSON:
            begin_tag(writer, attribute.key, "string");
            export_json(writer->output, attribute.text);
            break;
        }
        output_character(writer->output, '}');
    }
    return export_is_clean(problem, error);
}

static bool write_tags(JaegerWriter *writer, const SpanRow *span, GError **error)
{
    output_text(writer->output, ",\"tags\":[");
    writer->has_tag = false;
    write_text_tag(writer, "span.kind", span->kind);
    if (export_text_is(span->status, "error")) {
        write_boolean_tag(writer, "error");
    } else if (export_text_is(span->status, "ok")) {
        write_text_tag(writer, "otel.status_code", (Text){"OK", 2});
    }
    if (span->is_unfinished) {
        write_boolean_tag(writer, "skein.unfinished");
    }
    if (span->start_ns % 1000 != 0 || span->end_ns % 1000 != 0) {
        write_integer_tag(writer, text_of("skein.start_ns"), span->start_ns);
        write_integer_tag(writer, text_of("skein.duration_ns"),
                          export_duration_ns(span->start_ns, span->end_ns));
    }
    if (!write_attributes(writer, span->attributes, error)) {
        return false;
    }
    output_character(writer->output, ']');
    return true;
}

static bool write_logs(JaegerWriter *writer, SpanReader *reader, GError **error)
{
    GError *problem = NULL;
    SpanEventRow event;
    const char *before = ",\"logs\":[{\"timestamp\":";
    while (span_reader_next_event(reader, &event, &problem)) {
        output_text(writer->output, before);
        output_unsigned(writer->output, export_date_ns(event.time_ns) / 1000);
        output_text(writer->output, ",\"fields\":[");
        writer->has_tag = false;
        write_text_tag(writer, "event", event.name);
        if (!write_attributes(writer, event.attributes, error)) {
            return false;
        }
        output_text(writer->output, "]}");
        before = ",{\"timestamp\":";
    }
    output_text(writer->output, before[1] == '{' ? "]" : ",\"logs\":[]");
    return export_is_clean(problem, error);
}

static void write_reference(JaegerWriter *writer, const char *type, int64_t trace_id,
                            int64_t span_id)
{
    output_text(writer->output, "{\"refType\":\"");
    output_text(writer->output, type);
    output_text(writer->output, "\",\"traceID\":\"");
    output_trace_id(writer->output, &writer->source->ids, trace_id);
    output_text(writer->output, "\",\"spanID\":\"");
    output_span_id(writer->output, &writer->source->ids, span_id);
    output_text(writer->output, "\"}");
}

static bool write_references(JaegerWriter *writer, SpanReader *reader, const SpanRow *span,
                             GError **error)
{
    GError *problem = NULL;
    SpanLinkRow link;
    bool has_one = span->has_parent;
    output_text(writer->output, ",\"references\":[");
    if (span->has_parent) {
        write_reference(writer, "CHILD_OF", span->trace_id, span->parent_id);
    }
    while (span_reader_next_link(reader, &link, &problem)) {
        if (link.has_trace) {
            output_text(writer->output, has_one ? "," : "");
            write_reference(writer, "FOLLOWS_FROM", link.linked_trace_id, link.linked_span_id);
            has_one = true;
        }
    }
    output_character(writer->output, ']');
    return export_is_clean(problem, error);
}

static int64_t process_of(const JaegerWriter *writer, const SpanRow *span)
{
    return span->is_coordinator ? writer->source->coordinator_id : span->peer_id;
}

static bool write_span(JaegerWriter *writer, SpanReader *reader, const SpanRow *span,
                       GError **error)
{
    Output *output = writer->output;
    const TraceIds *ids = &writer->source->ids;
    const int64_t process_id = process_of(writer, span);
    const uint64_t start_us = export_date_ns(span->start_ns) / 1000;
    output_text(output, "{\"traceID\":\"");
    output_trace_id(output, ids, span->trace_id);
    output_text(output, "\",\"spanID\":\"");
    output_span_id(output, ids, span->id);
    output_text(output, "\",\"operationName\":");
    export_json(output, span->name);
    output_text(output, ",\"startTime\":");
    output_unsigned(output, start_us);
    output_text(output, ",\"duration\":");
    output_unsigned(output, export_date_ns(span->end_ns) / 1000 - start_us);
    if (!write_references(writer, reader, span, error) || !write_tags(writer, span, error) ||
        !write_logs(writer, reader, error)) {
        return false;
    }
    output_text(output, ",\"processID\":\"p");
    output_integer(output, process_id);
    output_text(output, "\",\"warnings\":null}");
    if (!g_hash_table_contains(writer->peers, &process_id)) {
        g_hash_table_add(writer->peers, g_memdup2(&process_id, sizeof process_id));
    }
    return true;
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t a = **(int64_t *const *)left, b = **(int64_t *const *)right;
    return (a > b) - (a < b);
}

/* Ends the trace with its processes, in the order of their numbers. */
static bool write_processes(JaegerWriter *writer, GError **error)
{
    Output *output = writer->output;
    guint count = 0;
    g_autofree int64_t **ids = (int64_t **)g_hash_table_get_keys_as_array(writer->peers, &count);
    qsort(ids, count, sizeof *ids, compare_ids);
    output_text(output, "],\"processes\":{");
    for (guint i = 0; i < count; i++) {
        const bool is_coordinator = *ids[i] == writer->source->coordinator_id;
        if (!export_read_peer(writer->source, is_coordinator, *ids[i], writer->name, writer->region,
                              error)) {
            return false;
        }
        output_text(output, i == 0 ? "\"p" : ",\"p");
        output_integer(output, *ids[i]);
        output_text(output, "\":{\"serviceName\":");
        output_json(output, writer->name->str, writer->name->len);
        output_text(output, ",\"tags\":[");
        writer->has_tag = false;
        if (!is_coordinator) {
            write_integer_tag(writer, text_of("skein.peer_id"), *ids[i]);
        }
        if (writer->region->len > 0) {
            write_text_tag(writer, "skein.region",
                           (Text){writer->region->str, writer->region->len});
        }
        output_text(output, "]}");
    }
    output_text(output, "},\"warnings\":null}");
    g_hash_table_remove_all(writer->peers);
    return true;
}

static bool write_traces(JaegerWriter *writer, SpanReader *reader, GError **error)
{
    Output *output = writer->output;
    GError *problem = NULL;
    SpanRow span;
    int64_t trace_id = 0;
    bool has_trace = false;
    output_text(output, "{\"data\":[");
    while (!output_has_failed(output) && span_reader_next(reader, &span, &problem)) {
        const bool is_same = has_trace && span.trace_id == trace_id;
        if (has_trace && !is_same && !write_processes(writer, error)) {
            return false;
        }
        if (is_same) {
            output_text(output, ",\n");
        } else {
            output_text(output, has_trace ? ",\n{\"traceID\":\"" : "\n{\"traceID\":\"");
            output_trace_id(output, &writer->source->ids, span.trace_id);
            output_text(output, "\",\"spans\":[\n");
        }
        has_trace = true;
        trace_id = span.trace_id;
        if (!write_span(writer, reader, &span, error)) {
            return false;
        }
    }
    if (!export_is_clean(problem, error) || (has_trace && !write_processes(writer, error))) {
        return false;
    }
    output_text(output, "\n],\"total\":0,\"limit\":0,\"offset\":0,\"errors\":null}\n");
    return true;
}

static bool write_jaeger(const ExportSource *source, Output *output, GError **error)
{
    g_autoptr(SpanReader) reader = span_reader_new(source, SPAN_ORDER_TRACE, error);
    if (reader == NULL) {
        return false;
    }
    g_autoptr(AttributeReader) attributes = attribute_reader_new(source->database, error);
    if (attributes == NULL) {
        return false;
    }
    g_autoptr(GHashTable) peers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GString) region = g_string_new(NULL);
    JaegerWriter writer = {source, output, attributes, peers, name, region, false};
    return write_traces(&writer, reader, error);
}

const ExportFormat EXPORT_jaeger = {
    .name = "jaeger",
    .help = "what the Jaeger UI uploads",
    .ending = ".json",
    .has_spans = true,
    .needs = {"span"},
    .write = write_jaeger,
};
