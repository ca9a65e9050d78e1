/* SPDX-License-Identifier: MIT */
/* Spans in the OpenTelemetry sense: named intervals at a peer, with a parent, gathered in traces.
 * An observer only: ids are counted whether or not anything is recorded, so a run is the same at
 * every recording level.
 *
 * A Span is a value that its owner keeps (in the state of a peer, say) until it ends. A span that
 * never ends is written at the end of the run without an end time. A SpanContext travels in
 * messages, so that work at another peer can become its child. */
#ifndef MODELS_SPAN_H
#define MODELS_SPAN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Host Host;

typedef struct SpanContext {
    uint64_t trace, span; /* 0: none */
} SpanContext;

typedef struct Span {
    SpanContext context;
    struct OpenSpan *open; /* NULL: not recorded, or ended */
} Span;

/* parent may be NULL or a context of zeros: the span is then the root of a new trace. name is kept.
 */
Span span_start(Host *host, const char *name, const SpanContext *parent);
void span_end(Host *host, Span *span);       /* status ok; ending twice is harmless */
void span_end_error(Host *host, Span *span); /* status error */

/* Attributes, while the span is open. */
void span_set_integer(Span *span, const char *key, int64_t value);
void span_set_text(Span *span, const char *key, const char *value);
void span_set_json(Span *span, const char *key, const char *json);

/* Something that happened in a span, open or not; attributes is a JSON object or NULL. */
void span_event(Host *host, const SpanContext *context, const char *name, const char *attributes);
void span_link(Host *host, const SpanContext *from, const SpanContext *to);

/* True when the trace is recorded: work done only for a recording can be left out otherwise. */
bool span_is_recorded(Host *host, const SpanContext *context);

#endif
