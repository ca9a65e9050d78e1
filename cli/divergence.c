/* SPDX-License-Identifier: MIT */
#include "cli/divergence.h"

#include "sim/value_text.h"

#include <inttypes.h>
#include <string.h>

/* Checkpoints of one pass: passes are runs, checkpoints cost next to nothing. */
enum { CHECKPOINTS = 64 };

typedef struct Interval {
    SimTime from, to; /* equal before from, different before to */
    guint64 events;   /* of the variant that has more */
} Interval;

static guint64 events_between(const GArray *checkpoints, guint first, guint last)
{
    return g_array_index(checkpoints, Checkpoint, last).events -
           g_array_index(checkpoints, Checkpoint, first).events;
}

/* One pass: the interval becomes the step before the first checkpoint that differs. */
static bool narrow(const Variant *reference, const Variant *other, Interval *interval,
                   bool *ret_is_found, GError **error)
{
    const SimDuration length = interval->to - interval->from;
    const SimDuration step = (length + CHECKPOINTS - 1) / CHECKPOINTS;
    const unsigned count = (unsigned)((length + step - 1) / step) + 1;
    g_autoptr(GArray) a = variant_checkpoints(reference, interval->from, step, count, error);
    if (a == NULL) {
        return false;
    }
    g_autoptr(GArray) b = variant_checkpoints(other, interval->from, step, count, error);
    if (b == NULL) {
        return false;
    }
    *ret_is_found = false;
    for (guint i = 1; i < count && !*ret_is_found; i++) {
        const Checkpoint *x = &g_array_index(a, Checkpoint, i);
        const Checkpoint *y = &g_array_index(b, Checkpoint, i);
        if (x->fingerprint != y->fingerprint || x->events != y->events) {
            interval->from = x->time - step;
            interval->to = x->time;
            interval->events = MAX(events_between(a, i - 1, i), events_between(b, i - 1, i));
            *ret_is_found = true;
        }
    }
    return true;
}

static bool is_same(const LoggedEvent *a, const LoggedEvent *b)
{
    return logged_event_compare(a, b) == 0 && a->target == b->target && a->digest == b->digest &&
           strcmp(a->kind, b->kind) == 0;
}

static void compare_logs(const GArray *a, const GArray *b, Divergence *divergence)
{
    for (guint i = 0; i < MAX(a->len, b->len); i++) {
        const LoggedEvent *x = i < a->len ? &g_array_index(a, LoggedEvent, i) : NULL;
        const LoggedEvent *y = i < b->len ? &g_array_index(b, LoggedEvent, i) : NULL;
        if (x != NULL && y != NULL && is_same(x, y)) {
            continue;
        }
        const int order = x == NULL ? 1 : y == NULL ? -1 : logged_event_compare(x, y);
        divergence->is_found = true;
        divergence->has_reference = order <= 0;
        divergence->has_other = order >= 0;
        if (order <= 0) {
            divergence->reference = *x;
        }
        if (order >= 0) {
            divergence->other = *y;
        }
        return;
    }
}

static bool find_event(const Variant *reference, const Variant *other, const Interval *interval,
                       Divergence *divergence, GError **error)
{
    g_autoptr(GArray) a = variant_events(reference, interval->from, interval->to, error);
    if (a == NULL) {
        return false;
    }
    g_autoptr(GArray) b = variant_events(other, interval->from, interval->to, error);
    if (b == NULL) {
        return false;
    }
    compare_logs(a, b, divergence);
    if (!divergence->is_found) {
        return true;
    }
    const bool in_reference = divergence->has_reference;
    return variant_cause(in_reference ? reference : other,
                         in_reference ? &divergence->reference : &divergence->other,
                         &divergence->cause, &divergence->has_cause, error);
}

bool divergence_find(const Variant *reference, const Checkpoint *reference_end,
                     const Variant *other, const Checkpoint *other_end, Divergence *ret_divergence,
                     GError **error)
{
    Divergence divergence = {0};
    Interval interval = {.from = 0,
                         .to = MAX(reference_end->time, other_end->time) + 1,
                         .events = MAX(reference_end->events, other_end->events)};
    bool is_found = true;
    while (is_found && interval.events > DIVERGENCE_EVENTS_MAX && interval.to - interval.from > 1) {
        if (!narrow(reference, other, &interval, &is_found, error)) {
            return false;
        }
    }
    if (is_found && !find_event(reference, other, &interval, &divergence, error)) {
        return false;
    }
    *ret_divergence = divergence;
    return true;
}

static char *entity_text(gint64 entity, guint64 peers)
{
    if (entity < 0) {
        return g_strdup("the script");
    }
    return (guint64)entity == peers ? g_strdup("the coordinator")
                                    : g_strdup_printf("peer %" PRId64, entity);
}

static void append_event(GString *text, const char *name, const LoggedEvent *event, guint64 peers)
{
    g_autofree char *time = value_print_readable(event->time, VALUE_DURATION, 0);
    g_autofree char *origin = entity_text(event->origin, peers);
    g_autofree char *target = entity_text((gint64)event->target, peers);
    g_string_append_printf(
        text, "    %s: at %s, %s at %s, number %" PRIu64 " of %s, content %016" PRIx64 "\n", name,
        time, event->kind, target, event->sequence, origin, event->digest);
}

char *divergence_text(const Divergence *divergence, const char *reference, const char *other,
                      guint64 peers)
{
    if (!divergence->is_found) {
        return g_strdup("  run again, the two do not differ: the difference comes and goes\n");
    }
    GString *text = g_string_new(NULL);
    const LoggedEvent *event =
        divergence->has_reference ? &divergence->reference : &divergence->other;
    g_autofree char *time = value_print_readable(event->time, VALUE_DURATION, 0);
    g_autofree char *target = entity_text((gint64)event->target, peers);
    g_string_append_printf(text, "  first difference: time %s, entity %s, kind %s\n", time, target,
                           event->kind);
    if (divergence->has_reference) {
        append_event(text, reference, &divergence->reference, peers);
    } else {
        g_string_append_printf(text, "    %s: has no such event\n", reference);
    }
    if (divergence->has_other) {
        append_event(text, other, &divergence->other, peers);
    } else {
        g_string_append_printf(text, "    %s: has no such event\n", other);
    }
    if (divergence->has_cause) {
        g_autofree char *cause_time =
            value_print_readable(divergence->cause.time, VALUE_DURATION, 0);
        g_autofree char *cause_at = entity_text((gint64)divergence->cause.target, peers);
        g_string_append_printf(text, "    cause: scheduled by %s at %s while it handled %s\n",
                               cause_at, cause_time, divergence->cause.kind);
    } else {
        g_string_append(text, "    cause: the script, made before the run\n");
    }
    return g_string_free(text, FALSE);
}
