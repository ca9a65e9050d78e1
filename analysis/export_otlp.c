/* SPDX-License-Identifier: MIT */
/* OTLP/JSON lines: each line is an ExportTraceServiceRequest of opentelemetry-proto, as the file
 * exporter of the OpenTelemetry Collector writes it. A peer is a resource; a line holds at most
 * SPANS_PER_LINE spans of one peer, since readers take a line at a time.
 *
 * By the specification of OTLP/JSON, 64-bit integers are decimal strings, ids hexadecimal, and
 * enumerations integers. */
#include "analysis/attribute_reader.h"
#include "analysis/span_reader.h"

#include <string.h>

#define SPANS_PER_LINE 512

typedef struct OtlpWriter {
    const ExportSource *source;
    Output *output;
    AttributeReader *attributes;
    GString *name, *region;
} OtlpWriter;

/* SpanKind and StatusCode of trace.proto. */
static int kind_number(Text kind)
{
    static const char *const names[] = {"internal", "server", "client", "producer", "consumer"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (export_text_is(kind, names[i])) {
            return (int)i + 1;
        }
    }
    return 0;
}

static int status_number(Text status)
{
    return export_text_is(status, "ok") ? 1 : export_text_is(status, "error") ? 2 : 0;
}

static void write_text_attribute(Output *output, const char *key, const GString *value)
{
    output_text(output, "{\"key\":\"");
    output_text(output, key);
    output_text(output, "\",\"value\":{\"stringValue\":");
    output_json(output, value->str, value->len);
    output_text(output, "}}");
}

static void write_integer(Output *output, int64_t value)
{
    output_text(output, "\"intValue\":\"");
    output_integer(output, value);
    output_character(output, '"');
}

static void write_attribute(Output *output, const Attribute *attribute)
{
    output_text(output, "{\"key\":");
    export_json(output, attribute->key);
    output_text(output, ",\"value\":{");
    switch (attribute->type) {
    case ATTRIBUTE_INTEGER:
        write_integer(output, attribute->integer);
        break;
    case ATTRIBUTE_NUMBER:
        output_text(output, "\"doubleValue\":");
        output_number(output, attribute->number);
        break;
    case ATTRIBUTE_BOOLEAN:
        output_text(output, "\"boolValue\":");
        output_text(output, attribute->text.bytes);
        break;
    case ATTRIBUTE_NULL: /* a value with nothing in it */
        break;
    case ATTRIBUTE_TEXT:
    case ATTRIBUTE_JSON:
        output_text(output, "\"stringValue\":");
        export_json(output, attribute->text);
        break;
    }
    output_text(output, "}}");
}

/* `,"attributes":[...]`, or nothing where there are none. */
static bool write_attributes(OtlpWriter *writer, Text json, bool is_unfinished, GError **error)
{
    Output *output = writer->output;
    GError *problem = NULL;
    Attribute attribute;
    const char *before = ",\"attributes\":[";
    attribute_reader_begin(writer->attributes, json);
    while (attribute_reader_next(writer->attributes, &attribute, &problem)) {
        output_text(output, before);
        write_attribute(output, &attribute);
        before = ",";
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    if (is_unfinished) {
        output_text(output, before);
        output_text(output, "{\"key\":\"skein.unfinished\",\"value\":{\"boolValue\":true}}");
        before = ",";
    }
    output_text(output, *before == ',' && before[1] == '\0' ? "]" : "");
    return true;
}

static void write_time(Output *output, const char *key, int64_t time_ns)
{
    output_text(output, ",\"");
    output_text(output, key);
    output_text(output, "\":\"");
    output_unsigned(output, export_date_ns(time_ns));
    output_character(output, '"');
}

static bool write_events(OtlpWriter *writer, SpanReader *reader, GError **error)
{
    Output *output = writer->output;
    GError *problem = NULL;
    SpanEventRow event;
    bool has_one = false;
    while (span_reader_next_event(reader, &event, &problem)) {
        output_text(output, has_one ? ",{" : ",\"events\":[{");
        output_text(output, "\"name\":");
        export_json(output, event.name);
        write_time(output, "timeUnixNano", event.time_ns);
        has_one = true;
        if (!write_attributes(writer, event.attributes, false, error)) {
            return false;
        }
        output_character(output, '}');
    }
    output_text(output, has_one ? "]" : "");
    return export_is_clean(problem, error);
}

static bool write_links(OtlpWriter *writer, SpanReader *reader, GError **error)
{
    Output *output = writer->output;
    GError *problem = NULL;
    SpanLinkRow link;
    bool has_one = false;
    while (span_reader_next_link(reader, &link, &problem)) {
        if (link.has_trace) {
            output_text(output, has_one ? "," : ",\"links\":[");
            output_text(output, "{\"traceId\":\"");
            output_trace_id(output, &writer->source->ids, link.linked_trace_id);
            output_text(output, "\",\"spanId\":\"");
            output_span_id(output, &writer->source->ids, link.linked_span_id);
            output_text(output, "\"}");
            has_one = true;
        }
    }
    output_text(output, has_one ? "]" : "");
    return export_is_clean(problem, error);
}

static bool write_span(OtlpWriter *writer, SpanReader *reader, const SpanRow *span, GError **error)
{
    Output *output = writer->output;
    const TraceIds *ids = &writer->source->ids;
    output_text(output, "{\"traceId\":\"");
    output_trace_id(output, ids, span->trace_id);
    output_text(output, "\",\"spanId\":\"");
    output_span_id(output, ids, span->id);
    if (span->has_parent) {
        output_text(output, "\",\"parentSpanId\":\"");
        output_span_id(output, ids, span->parent_id);
    }
    output_text(output, "\",\"name\":");
    export_json(output, span->name);
    output_text(output, ",\"kind\":");
    output_integer(output, kind_number(span->kind));
    write_time(output, "startTimeUnixNano", span->start_ns);
    write_time(output, "endTimeUnixNano", span->end_ns);
    if (!write_attributes(writer, span->attributes, span->is_unfinished, error) ||
        !write_events(writer, reader, error) || !write_links(writer, reader, error)) {
        return false;
    }
    output_text(output, ",\"status\":{\"code\":");
    output_integer(output, status_number(span->status));
    output_text(output, "}}");
    return true;
}

static bool begin_line(OtlpWriter *writer, const SpanRow *span, GError **error)
{
    Output *output = writer->output;
    const char *module = writer->source->module == NULL ? "" : writer->source->module;
    if (!export_read_peer(writer->source, span->is_coordinator, span->peer_id, writer->name,
                          writer->region, error)) {
        return false;
    }
    output_text(output, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
    write_text_attribute(output, "service.name", writer->name);
    if (!span->is_coordinator) {
        output_text(output, ",{\"key\":\"skein.peer_id\",\"value\":{");
        write_integer(output, span->peer_id);
        output_text(output, "}}");
    }
    if (writer->region->len > 0) {
        output_character(output, ',');
        write_text_attribute(output, "skein.region", writer->region);
    }
    output_text(output, "]},\"scopeSpans\":[{\"scope\":{\"name\":");
    output_json(output, module, strlen(module));
    output_text(output, "},\"spans\":[");
    return true;
}

static bool write_spans(OtlpWriter *writer, SpanReader *reader, GError **error)
{
    GError *problem = NULL;
    SpanRow span;
    bool was_coordinator = false;
    int64_t peer_id = 0;
    int count = 0;
    while (!output_has_failed(writer->output) && span_reader_next(reader, &span, &problem)) {
        if (count > 0 && (count == SPANS_PER_LINE || span.is_coordinator != was_coordinator ||
                          span.peer_id != peer_id)) {
            output_text(writer->output, "]}]}]}\n");
            count = 0;
        }
        if (count > 0) {
            output_character(writer->output, ',');
        } else if (!begin_line(writer, &span, error)) {
            return false;
        }
        was_coordinator = span.is_coordinator;
        peer_id = span.peer_id;
        count++;
        if (!write_span(writer, reader, &span, error)) {
            return false;
        }
    }
    output_text(writer->output, count > 0 ? "]}]}]}\n" : "");
    return export_is_clean(problem, error);
}

static bool write_otlp(const ExportSource *source, Output *output, GError **error)
{
    g_autoptr(SpanReader) reader = span_reader_new(source, SPAN_ORDER_PEER, error);
    g_autoptr(AttributeReader) attributes = attribute_reader_new(source->database, error);
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GString) region = g_string_new(NULL);
    OtlpWriter writer = {source, output, attributes, name, region};
    return reader != NULL && attributes != NULL && write_spans(&writer, reader, error);
}

const ExportFormat EXPORT_otlp = {
    .name = "otlp",
    .help = "OTLP/JSON lines, for the OpenTelemetry Collector and what reads OTLP",
    .ending = ".jsonl",
    .has_spans = true,
    .needs = {"span"},
    .write = write_otlp,
};
