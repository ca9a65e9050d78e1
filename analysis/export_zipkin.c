/* SPDX-License-Identifier: MIT */
/* Zipkin's v2 JSON: one array of spans, ordered by trace.
 *
 * Times are microseconds since 1970. Zipkin takes a timestamp or a duration of 0 as absent and
 * rounds a shorter duration up to 1; where nanoseconds are lost, tags keep them. A span that had
 * not ended has no duration, which is how Zipkin knows one. Tags are texts, and internal spans have
 * no kind. */
#include "analysis/attribute_reader.h"
#include "analysis/span_reader.h"

typedef struct ZipkinWriter {
    const ExportSource *source;
    Output *output;
    AttributeReader *attributes;
    GString *name, *region;
    const char *before; /* the next tag */
} ZipkinWriter;

static void begin_tag(ZipkinWriter *writer)
{
    output_text(writer->output, writer->before);
    writer->before = ",";
}

static void write_integer_tag(ZipkinWriter *writer, const char *key, int64_t value)
{
    begin_tag(writer);
    output_character(writer->output, '"');
    output_text(writer->output, key);
    output_text(writer->output, "\":\"");
    output_integer(writer->output, value);
    output_character(writer->output, '"');
}

/* A tag "error" is what turns a span red; one of the module's own says more than ours. */
static bool write_tags(ZipkinWriter *writer, const SpanRow *span, GError **error)
{
    GError *problem = NULL;
    Attribute attribute;
    bool has_error = false;
    writer->before = ",\"tags\":{";
    attribute_reader_begin(writer->attributes, span->attributes);
    while (attribute_reader_next(writer->attributes, &attribute, &problem)) {
        begin_tag(writer);
        export_json(writer->output, attribute.key);
        output_character(writer->output, ':');
        export_json(writer->output, attribute.text);
        has_error = has_error || export_text_is(attribute.key, "error");
    }
    if (export_text_is(span->status, "error") && !has_error) {
        begin_tag(writer);
        output_text(writer->output, "\"error\":\"true\"");
    }
    if (span->is_unfinished) {
        begin_tag(writer);
        output_text(writer->output, "\"skein.unfinished\":\"true\"");
    }
    if (!span->is_coordinator) {
        write_integer_tag(writer, "skein.peer_id", span->peer_id);
    }
    if (writer->region->len > 0) {
        begin_tag(writer);
        output_text(writer->output, "\"skein.region\":");
        output_json(writer->output, writer->region->str, writer->region->len);
    }
    if (span->start_ns % 1000 != 0 || span->end_ns % 1000 != 0 || span->start_ns == span->end_ns) {
        write_integer_tag(writer, "skein.start_ns", span->start_ns);
        write_integer_tag(writer, "skein.duration_ns",
                          export_duration_ns(span->start_ns, span->end_ns));
    }
    output_text(writer->output, writer->before[1] == '\0' ? "}" : "");
    return export_is_clean(problem, error);
}

/* An annotation is a time and a text: the event's name, then its attributes as JSON. */
static bool write_annotations(ZipkinWriter *writer, SpanReader *reader, GError **error)
{
    GError *problem = NULL;
    SpanEventRow event;
    const char *before = ",\"annotations\":[{\"timestamp\":";
    while (span_reader_next_event(reader, &event, &problem)) {
        output_text(writer->output, before);
        output_unsigned(writer->output, export_date_ns(event.time_ns) / 1000);
        output_text(writer->output, ",\"value\":");
        if (event.attributes.size_bytes == 0) {
            export_json(writer->output, event.name);
        } else {
            g_autoptr(GString) text = g_string_new_len(
                event.name.bytes == NULL ? "" : event.name.bytes, (gssize)event.name.size_bytes);
            g_string_append_c(text, ' ');
            g_string_append_len(text, event.attributes.bytes, (gssize)event.attributes.size_bytes);
            output_json(writer->output, text->str, text->len);
        }
        output_character(writer->output, '}');
        before = ",{\"timestamp\":";
    }
    output_text(writer->output, before[1] == '{' ? "]" : "");
    return export_is_clean(problem, error);
}

static const char *kind_name(Text kind)
{
    static const char *const names[][2] = {
        {"client", "CLIENT"},
        {"server", "SERVER"},
        {"producer", "PRODUCER"},
        {"consumer", "CONSUMER"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (export_text_is(kind, names[i][0])) {
            return names[i][1];
        }
    }
    return NULL;
}

static void write_times(Output *output, const SpanRow *span)
{
    const uint64_t start_us = export_date_ns(span->start_ns) / 1000;
    const uint64_t end_us = export_date_ns(span->end_ns) / 1000;
    output_text(output, ",\"timestamp\":");
    output_unsigned(output, MAX(start_us, 1));
    if (!span->is_unfinished) {
        output_text(output, ",\"duration\":");
        output_unsigned(output, MAX(end_us - start_us, 1));
    }
}

static bool write_span(ZipkinWriter *writer, SpanReader *reader, const SpanRow *span,
                       GError **error)
{
    Output *output = writer->output;
    const char *kind = kind_name(span->kind);
    if (!export_read_peer(writer->source, span->is_coordinator, span->peer_id, writer->name,
                          writer->region, error)) {
        return false;
    }
    output_text(output, "{\"traceId\":\"");
    output_trace_id(output, &writer->source->ids, span->trace_id);
    output_text(output, "\",\"id\":\"");
    output_span_id(output, &writer->source->ids, span->id);
    if (span->has_parent) {
        output_text(output, "\",\"parentId\":\"");
        output_span_id(output, &writer->source->ids, span->parent_id);
    }
    output_text(output, "\",\"name\":");
    export_json(output, span->name);
    if (kind != NULL) {
        output_text(output, ",\"kind\":\"");
        output_text(output, kind);
        output_character(output, '"');
    }
    write_times(output, span);
    output_text(output, ",\"localEndpoint\":{\"serviceName\":");
    output_json(output, writer->name->str, writer->name->len);
    output_character(output, '}');
    if (!write_annotations(writer, reader, error) || !write_tags(writer, span, error)) {
        return false;
    }
    output_character(output, '}');
    return true;
}

static bool write_zipkin(const ExportSource *source, Output *output, GError **error)
{
    g_autoptr(SpanReader) reader = span_reader_new(source, SPAN_ORDER_TRACE, error);
    if (reader == NULL) {
        return false;
    }
    g_autoptr(AttributeReader) attributes = attribute_reader_new(source->database, error);
    if (attributes == NULL) {
        return false;
    }
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GString) region = g_string_new(NULL);
    ZipkinWriter writer = {source, output, attributes, name, region, ","};
    GError *problem = NULL;
    SpanRow span;
    const char *before = "[\n";
    while (!output_has_failed(output) && span_reader_next(reader, &span, &problem)) {
        output_text(output, before);
        before = ",\n";
        if (!write_span(&writer, reader, &span, error)) {
            return false;
        }
    }
    output_text(output, before[0] == '[' ? "[]\n" : "\n]\n");
    return export_is_clean(problem, error);
}

const ExportFormat EXPORT_zipkin = {
    .name = "zipkin",
    .help = "Zipkin's JSON, version 2",
    .ending = ".json",
    .has_spans = true,
    .needs = {"span"},
    .write = write_zipkin,
};
