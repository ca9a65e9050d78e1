/* SPDX-License-Identifier: MIT */
#include "scenarios/trial.h"

#include "scenarios/run.h"

#include <string.h>

#define PACKED "(uustttta(sssb)a(uuxx)a(xs))"

static void failure_free(void *data)
{
    TrialFailure *failure = data;
    g_free(failure->key);
    g_free(failure->property);
    g_free(failure->found);
    g_free(failure);
}

static void row_free(void *data)
{
    DraftRow *row = data;
    g_free(row->action);
    g_free(row);
}

static Trial *new_empty(TrialStatus status, const char *found)
{
    Trial *trial = g_new0(Trial, 1);
    trial->status = status;
    trial->found = g_strdup(found == NULL ? "" : found);
    trial->failures = g_ptr_array_new_with_free_func(failure_free);
    trial->messages = g_array_new(FALSE, FALSE, sizeof(DraftMessage));
    trial->rows = g_ptr_array_new_with_free_func(row_free);
    return trial;
}

void trial_free(Trial *trial)
{
    if (trial != NULL) {
        g_free(trial->found);
        g_ptr_array_unref(trial->failures);
        g_array_unref(trial->messages);
        g_ptr_array_unref(trial->rows);
        g_free(trial);
    }
}

static void add_failure(Trial *trial, const char *key, const char *property, const char *found,
                        bool is_verdict)
{
    TrialFailure *failure = g_new(TrialFailure, 1);
    *failure = (TrialFailure){g_strdup(key), g_strdup(property), g_strdup(found), is_verdict};
    g_ptr_array_add(trial->failures, failure);
}

Trial *trial_new_refused(const char *reason)
{
    return new_empty(TRIAL_REFUSED, reason);
}

Trial *trial_new_dead(const char *reason)
{
    Trial *trial = new_empty(TRIAL_JUDGED, NULL);
    add_failure(trial, reason, NULL, reason, false);
    return trial;
}

/* Watching. */

typedef struct SeenMessage {
    DraftMessage message;
    uint64_t index; /* on its link */
} SeenMessage;

typedef struct Watch {
    const TrialOptions *options;
    volatile sig_atomic_t stop;
    Trial *trial;
    GArray *seen; /* of SeenMessage */
} Watch;

static void add_row(Trial *trial, SimTime time, const char *action)
{
    DraftRow *row = g_new(DraftRow, 1);
    *row = (DraftRow){time, g_strdup(action)};
    g_ptr_array_add(trial->rows, row);
}

static void see_row(void *data, SimTime now, const char *action)
{
    add_row(((Watch *)data)->trial, now, action);
}

static void see_sent(void *data, EntityId sender, EntityId receiver, uint64_t index, SimTime now,
                     SimDuration delay)
{
    const SeenMessage seen = {{sender, receiver, now, delay}, index};
    g_array_append_val(((Watch *)data)->seen, seen);
}

/* Told right after the delay of the same message, or without it. */
static void see_lost(void *data, EntityId sender, EntityId receiver, uint64_t index, SimTime now)
{
    const GArray *seen = ((Watch *)data)->seen;
    SeenMessage *last = seen->len == 0 ? NULL : &g_array_index(seen, SeenMessage, seen->len - 1);
    if (last != NULL && last->message.sender == sender && last->message.receiver == receiver &&
        last->index == index) {
        last->message.latency = 0;
    } else {
        see_sent(data, sender, receiver, index, now, 0);
    }
}

static void count_sent(void *data, EntityId sender, EntityId receiver, uint64_t index, SimTime now,
                       SimDuration delay)
{
    (void)sender;
    (void)receiver;
    (void)index;
    (void)now;
    (void)delay;
    ((Watch *)data)->trial->message_count++;
}

static uint64_t link_of(const SeenMessage *seen)
{
    return (uint64_t)seen->message.sender << 32 | seen->message.receiver;
}

static int compare_seen(const void *left, const void *right)
{
    const SeenMessage *a = left, *b = right;
    if (link_of(a) != link_of(b)) {
        return link_of(a) < link_of(b) ? -1 : 1;
    }
    if (a->index != b->index) {
        return a->index < b->index ? -1 : 1;
    }
    return a->message.latency < b->message.latency ? -1 : a->message.latency > b->message.latency;
}

/* Each link from its first message on, none left out or before its turn. */
static bool is_in_order(const GArray *seen)
{
    g_autoptr(GHashTable) counts =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    for (guint i = 0; i < seen->len; i++) {
        const SeenMessage *next = &g_array_index(seen, SeenMessage, i);
        const uint64_t link = link_of(next);
        uint64_t *count = g_hash_table_lookup(counts, &link);
        if (count == NULL) {
            count = g_new0(uint64_t, 1);
            g_hash_table_insert(counts, g_memdup2(&link, sizeof link), count);
        }
        if (next->index != (*count)++) {
            return false;
        }
    }
    return true;
}

/* As a list for replay has them. Where links have queues, packets are told of late or, when there
 * is no room, not at all: then the list goes link by link, and what is missing is like the next. */
static void take_messages(Trial *trial, GArray *seen)
{
    const bool is_simple = is_in_order(seen);
    uint64_t link = UINT64_MAX, next = 0;
    if (!is_simple) {
        g_array_sort(seen, compare_seen);
    }
    for (guint i = 0; i < seen->len; i++) {
        const SeenMessage *message = &g_array_index(seen, SeenMessage, i);
        next = link_of(message) == link ? next : 0;
        link = link_of(message);
        for (; !is_simple && next < message->index; next++) {
            g_array_append_val(trial->messages, message->message);
        }
        if (is_simple || message->index == next) {
            g_array_append_val(trial->messages, message->message);
            next = message->index + 1;
        }
    }
    trial->message_count = trial->messages->len;
}

/* Running. */

static void look(void *data, SimTime now, uint64_t events)
{
    Watch *watch = data;
    (void)now;
    const TrialOptions *options = watch->options;
    if ((options->events_max > 0 && events > options->events_max) ||
        (options->interrupt != NULL && *options->interrupt != 0)) {
        watch->stop = 1;
    }
}

static bool is_ignored(const TrialOptions *options, const RunVerdict *verdict)
{
    return options->ignored != NULL &&
           (g_strv_contains(options->ignored, verdict->expectation) ||
            (verdict->property != NULL && g_strv_contains(options->ignored, verdict->property)));
}

static void take_verdicts(Trial *trial, const Run *run, const TrialOptions *options)
{
    for (unsigned i = 0; i < run_verdict_count(run); i++) {
        const RunVerdict *verdict = run_verdict(run, i);
        if (i < 64 && verdict->is_tested) {
            trial->tested |= UINT64_C(1) << i;
        }
        if (!verdict->holds && !is_ignored(options, verdict)) {
            /* That nothing was measured is another failure than a bad measurement. */
            g_autofree char *key = g_strdup_printf("%s%s", verdict->has_value ? "" : "(no values) ",
                                                   verdict->expectation);
            add_failure(trial, key, verdict->property, verdict->found, verdict->has_value);
        }
    }
}

static void take_result(Trial *trial, const Run *run, const TrialOptions *options)
{
    const Network *network = run_network(run);
    trial->fingerprint = simulation_fingerprint(network_simulation(network));
    trial->events = simulation_events(network_simulation(network));
    switch (run_status(run)) {
    case RUN_COMPLETE:
        take_verdicts(trial, run, options);
        break;
    case RUN_STOPPED:
        trial->status = TRIAL_ENDLESS;
        break;
    case RUN_BROKEN:
        add_failure(trial, run_failure(run), NULL, run_failure(run), false);
        break;
    }
}

Trial *trial_new(Scenario *scenario, const TrialOptions *options)
{
    Trial *trial = new_empty(TRIAL_JUDGED, NULL);
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(SeenMessage));
    Watch watch = {.options = options, .trial = trial, .seen = seen};
    const NetworkWitness witness = {.row = options->is_watched ? see_row : NULL,
                                    .sent = options->is_watched ? see_sent : count_sent,
                                    .lost = options->is_watched ? see_lost : NULL,
                                    .data = &watch};
    const RunOptions run_options = {
        .interrupt = &watch.stop, .progress = look, .progress_data = &watch, .witness = &witness};
    g_autoptr(GError) error = NULL;
    Run *run = run_new(scenario, &run_options, &error);
    if (run != NULL && run_execute(run, &error)) {
        trial->peer_count = network_peer_count(run_network(run));
        take_result(trial, run, options);
    } else {
        trial->status = TRIAL_REFUSED;
        g_free(trial->found);
        trial->found = g_strdup(error->message);
    }
    if (options->is_watched) {
        take_messages(trial, seen);
    }
    run_free(run);
    scenario_free(scenario);
    return trial;
}

const TrialFailure *trial_failure(const Trial *trial, const char *key)
{
    for (guint i = 0; i < trial->failures->len; i++) {
        const TrialFailure *failure = g_ptr_array_index(trial->failures, i);
        if (key == NULL || strcmp(failure->key, key) == 0) {
            return failure;
        }
    }
    return NULL;
}

/* Packing. */

GBytes *trial_pack(const Trial *trial)
{
    GVariantBuilder failures, messages, rows;
    g_variant_builder_init(&failures, G_VARIANT_TYPE("a(sssb)"));
    g_variant_builder_init(&messages, G_VARIANT_TYPE("a(uuxx)"));
    g_variant_builder_init(&rows, G_VARIANT_TYPE("a(xs)"));
    for (guint i = 0; i < trial->failures->len; i++) {
        const TrialFailure *failure = g_ptr_array_index(trial->failures, i);
        g_variant_builder_add(&failures, "(sssb)", failure->key,
                              failure->property == NULL ? "" : failure->property, failure->found,
                              (gboolean)failure->is_verdict);
    }
    for (guint i = 0; i < trial->messages->len; i++) {
        const DraftMessage *message = &g_array_index(trial->messages, DraftMessage, i);
        g_variant_builder_add(&messages, "(uuxx)", message->sender, message->receiver,
                              message->sent, message->latency);
    }
    for (guint i = 0; i < trial->rows->len; i++) {
        const DraftRow *row = g_ptr_array_index(trial->rows, i);
        g_variant_builder_add(&rows, "(xs)", row->time, row->action);
    }
    g_autoptr(GVariant) packed = g_variant_ref_sink(g_variant_new(
        PACKED, (guint32)trial->status, trial->peer_count, trial->found, trial->tested,
        trial->fingerprint, trial->events, trial->message_count, &failures, &messages, &rows));
    return g_variant_get_data_as_bytes(packed);
}

Trial *trial_unpack(GBytes *bytes)
{
    g_autoptr(GVariant) packed =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(PACKED), bytes, FALSE));
    g_autoptr(GVariantIter) failures = NULL, messages = NULL, rows = NULL;
    const char *found, *key, *property, *text;
    guint32 status, peers, sender, receiver;
    gint64 time, latency;
    gboolean is_verdict;
    guint64 tested, fingerprint, events, count;
    g_variant_get(packed, "(uu&stttta(sssb)a(uuxx)a(xs))", &status, &peers, &found, &tested,
                  &fingerprint, &events, &count, &failures, &messages, &rows);
    Trial *trial = new_empty((TrialStatus)status, found);
    trial->peer_count = peers;
    trial->tested = tested;
    trial->fingerprint = fingerprint;
    trial->events = events;
    trial->message_count = count;
    while (g_variant_iter_loop(failures, "(&s&s&sb)", &key, &property, &text, &is_verdict)) {
        add_failure(trial, key, *property == '\0' ? NULL : property, text, is_verdict);
    }
    while (g_variant_iter_loop(messages, "(uuxx)", &sender, &receiver, &time, &latency)) {
        const DraftMessage message = {sender, receiver, time, latency};
        g_array_append_val(trial->messages, message);
    }
    while (g_variant_iter_loop(rows, "(x&s)", &time, &text)) {
        add_row(trial, time, text);
    }
    return trial;
}
