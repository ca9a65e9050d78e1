/* SPDX-License-Identifier: MIT */
/* Open spans: kept in a list of their partition until they end, so that those which never end are
 * written too. */
#include "models/span.h"

#include "models/peer.h"
#include "sim/json_text.h"

typedef struct OpenSpan OpenSpan;

struct OpenSpan {
    OpenSpan *next, *previous;
    SpanContext context;
    uint64_t parent;
    const char *name;
    EntityId peer;
    SimTime start;
    GString *attributes; /* an unfinished JSON object, or NULL */
};

static void write_span(NetworkPart *part, const OpenSpan *open, SimTime end, const char *status)
{
    if (open->attributes != NULL) {
        g_string_append_c(open->attributes, '}');
    }
    record_span(part->records,
                &(SpanRow){
                    .id = open->context.span,
                    .trace = open->context.trace,
                    .parent = open->parent,
                    .name = open->name,
                    .kind = "internal",
                    .status = status,
                    .peer = open->peer,
                    .start = open->start,
                    .end = end,
                    .attributes = open->attributes == NULL ? NULL : open->attributes->str,
                });
}

/* Takes an open span out of the list; its memory is used again. */
static void release(NetworkPart *part, OpenSpan *open)
{
    if (open->previous != NULL) {
        open->previous->next = open->next;
    } else {
        part->open_spans = open->next;
    }
    if (open->next != NULL) {
        open->next->previous = open->previous;
    }
    if (open->attributes != NULL) {
        g_string_free(open->attributes, TRUE);
    }
    open->next = part->free_spans;
    part->free_spans = open;
}

bool span_is_recorded(Host *host, const SpanContext *context)
{
    return host_part(host)->records != NULL && network_records_trace(host->network, context->trace);
}

Span span_start(Host *host, const char *name, const SpanContext *parent)
{
    const uint64_t id = record_id(host->entity.id, ++host->spans_made);
    const bool is_root = parent == NULL || parent->span == 0;
    Span span = {.context = {.trace = is_root ? id : parent->trace, .span = id}};
    if (!span_is_recorded(host, &span.context)) {
        return span;
    }
    NetworkPart *part = host_part(host);
    OpenSpan *open = part->free_spans;
    if (open != NULL) {
        part->free_spans = open->next;
    } else {
        open = g_new(OpenSpan, 1);
    }
    *open = (OpenSpan){
        .next = part->open_spans,
        .context = span.context,
        .parent = is_root ? 0 : parent->span,
        .name = name,
        .peer = host_is_coordinator(host) ? RECORD_NO_PEER : host->entity.id,
        .start = host_now(host),
    };
    if (open->next != NULL) {
        open->next->previous = open;
    }
    part->open_spans = open;
    span.open = open;
    return span;
}

static void end(Host *host, Span *span, const char *status)
{
    if (span->open == NULL) {
        return;
    }
    NetworkPart *part = host_part(host);
    write_span(part, span->open, host_now(host), status);
    release(part, span->open);
    span->open = NULL;
}

void span_end(Host *host, Span *span)
{
    end(host, span, "ok");
}

void span_end_error(Host *host, Span *span)
{
    end(host, span, "error");
}

/* The attributes, ready for a value of this key. */
static GString *attribute(Span *span, const char *key)
{
    GString *text = span->open->attributes;
    if (text == NULL) {
        text = span->open->attributes = g_string_new("{");
    } else {
        g_string_append_c(text, ',');
    }
    json_text_append_string(text, key);
    g_string_append_c(text, ':');
    return text;
}

void span_set_integer(Span *span, const char *key, int64_t value)
{
    if (span->open != NULL) {
        g_string_append_printf(attribute(span, key), "%" G_GINT64_FORMAT, value);
    }
}

void span_set_text(Span *span, const char *key, const char *value)
{
    if (span->open != NULL) {
        json_text_append_string(attribute(span, key), value);
    }
}

void span_set_json(Span *span, const char *key, const char *json)
{
    if (span->open != NULL) {
        g_string_append(attribute(span, key), json);
    }
}

void span_event(Host *host, const SpanContext *context, const char *name, const char *attributes)
{
    if (span_is_recorded(host, context)) {
        record_span_event(host_part(host)->records, &(SpanEventRow){.span = context->span,
                                                                    .time = host_now(host),
                                                                    .name = name,
                                                                    .attributes = attributes});
    }
}

void span_link(Host *host, const SpanContext *from, const SpanContext *to)
{
    if (span_is_recorded(host, from)) {
        record_span_link(host_part(host)->records,
                         &(SpanLinkRow){.span = from->span, .linked = to->span});
    }
}

void span_finish_all(NetworkPart *part)
{
    while (part->open_spans != NULL) {
        write_span(part, part->open_spans, RECORD_NO_TIME, "unset");
        release(part, part->open_spans);
    }
}

void span_part_clear(NetworkPart *part)
{
    while (part->open_spans != NULL) {
        release(part, part->open_spans);
    }
    while (part->free_spans != NULL) {
        OpenSpan *next = part->free_spans->next;
        g_free(part->free_spans);
        part->free_spans = next;
    }
}
