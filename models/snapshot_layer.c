/* SPDX-License-Identifier: MIT */
/* What the snapshot layer is to the host: an application around the application. */
#include "models/snapshot_layer.h"

#include "sim/error.h"

#include <string.h>

static const char *const STATES[] = {"none", "file", NULL};
static const char *const CHANNELS[] = {"long-lived", "stream-per-message", NULL};

#define FIELD(field) .offset = offsetof(SnapshotSettings, field)

static const Setting SETTINGS[] = {
    {.key = "algorithm",
     .type = SETTING_CHOICE,
     FIELD(algorithm),
     .default_text = "chandy-lamport",
     .choices = SNAPSHOT_ALGORITHM_NAMES,
     .help = "How snapshots are taken."},
    {.key = "channel",
     .type = SETTING_CHOICE,
     FIELD(channel),
     .default_text = "long-lived",
     .choices = CHANNELS,
     .help = "One stream for all that a peer sends to a neighbour, or one for each message, which "
             "keeps no order."},
    {.key = "initiators",
     .type = SETTING_PEERS,
     FIELD(initiators),
     .default_text = "0",
     .help = "The peers that start snapshots by themselves."},
    {.key = "count",
     .type = SETTING_COUNT,
     FIELD(count),
     .default_text = "1",
     .minimum = "0",
     .maximum = "1000000",
     .help = "How many each of them starts; 0: only the timeline does."},
    {.key = "start",
     .type = SETTING_DURATION,
     FIELD(start),
     .default_text = "1s",
     .minimum = "1ns",
     .help = "When they start the first."},
    {.key = "interval",
     .type = SETTING_DURATION,
     FIELD(interval),
     .default_text = "1s",
     .minimum = "1ns",
     .help = "From one to the next; the former need not be over."},
    {.key = "state",
     .type = SETTING_CALL,
     FIELD(state),
     .default_text = "none",
     .choices = STATES,
     .help = "file(CSV) with lines peer,key,value: what peers hold at the start, instead of what "
             "the module gives them."},
    {.key = "timeout",
     .type = SETTING_DURATION,
     FIELD(timeout),
     .default_text = "30s",
     .minimum = "1ns",
     .help = "After which a snapshot ends with what it has, and says what is missing."},
    {0},
};

const SettingsTable SNAPSHOT_SETTINGS = {"snapshot", SETTINGS, sizeof(SnapshotSettings)};

static const MetricName METRICS[SNAPSHOT_METRICS + 1] = {
    [SNAPSHOT_METRIC_DURATION] = {"duration", "ns", "of complete snapshots, at the initiator"},
    [SNAPSHOT_METRIC_MARKERS] = {"markers", "1", "sent for each snapshot"},
    [SNAPSHOT_METRIC_MESSAGES] = {"messages", "1", "in the channels of each snapshot"},
    [SNAPSHOT_METRIC_LOST] = {"lost", "1", "sent before the cut of each snapshot and lost"},
    [SNAPSHOT_METRIC_TIMED_OUT] = {"timed-out", "1", "1 for a snapshot that timed out, else 0"},
    [SNAPSHOT_METRIC_WRONG] =
        {"wrong", "1",
         "1 for a snapshot in which the oracle found something wrong, complete "
         "or not, else 0"},
    [SNAPSHOT_METRIC_INCONSISTENT] =
        {"inconsistent", "1", "1 for one that was said to be complete, and is wrong, else 0"},
    {0},
};

/* Timers and the timeline. */

static void start_next(Host *host, uint64_t number)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    host_explain(host, "snapshot %u", host->entity.id);
    snapshot_start(host);
    if (number + 1 < (uint64_t)layer->settings.count) {
        host_after(host, layer->settings.interval, layer->first_timer, number + 1);
    }
}

static void time_out(Host *host, uint64_t number)
{
    snapshot_collection_timed_out(host, record_id(host->entity.id, (uint32_t)number));
}

static void run_snapshot(Host *host, const int64_t *arguments)
{
    (void)arguments;
    snapshot_start(host);
}

static const TimerAction TIMERS[] = {
    {"snapshot.next", start_next}, {"snapshot.timeout", time_out}, {0}};
static const Action ACTIONS[] = {
    {"snapshot", "snapshot PEER", "the peer starts a snapshot", run_snapshot}, {0}};

/* Life of a peer. */

static void begin(Host *host, bool is_first)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    if (layer->user->prepare != NULL && (is_first || layer->inner->durable_size_bytes == 0)) {
        layer->user->prepare(host);
    }
    if (is_first) {
        snapshot_state_apply(layer, host->entity.id, host_state(host));
    }
    snapshot_oracle_adjust(layer->oracle, host->entity.id, layer->user->record_state(host, NULL));
    if (layer->algorithm->colours_messages) {
        snapshot_peer(host)->counts = g_new0(SnapshotCount, host_neighbour_count(host));
    }
    snapshot_channels_open(host);
}

static void start(Host *host)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    begin(host, true);
    if (layer->settings.count > 0 && peer_set_has(layer->initiators, host->entity.id)) {
        host_after(host, layer->settings.start, layer->first_timer, 0);
    }
    if (layer->inner->start != NULL) {
        layer->inner->start(host);
    }
}

static void restart(Host *host)
{
    const Application *inner = snapshot_layer(host)->inner;
    void (*run)(Host *) = inner->restart != NULL ? inner->restart : inner->start;
    begin(host, false);
    if (run != NULL) {
        run(host);
    }
}

/* A crash takes what the peer held out of the world, as far as it is not durable. */
static void stop(Host *host)
{
    const SnapshotLayer *layer = snapshot_layer(host);
    snapshot_parts_end(host);
    snapshot_collections_end(host, SNAPSHOT_CRASHED);
    snapshot_oracle_adjust(layer->oracle, host->entity.id, -layer->user->record_state(host, NULL));
    g_clear_pointer(&snapshot_peer(host)->streams, g_free);
    g_clear_pointer(&snapshot_peer(host)->counts, g_free);
    if (layer->inner->stop != NULL) {
        layer->inner->stop(host);
    }
}

static void receive_report(Host *host, Stream *stream, const Message *message)
{
    snapshot_collect(host, message->content);
    stream_close(host, stream);
}

/* The tables: the application's entries, then the layer's. */

static unsigned count_entries(const void *table, size_t size_bytes)
{
    unsigned count = 0;
    while (table != NULL && ((const char *const *)table)[count * size_bytes / sizeof(char *)]) {
        count++;
    }
    return count;
}

/* All of these tables have entries that begin with a name, which is NULL in the last. */
static void *join(const void *first, const void *second, size_t size_bytes)
{
    const unsigned count = count_entries(first, size_bytes);
    const unsigned more = count_entries(second, size_bytes) + 1;
    uint8_t *table = g_malloc((count + more) * size_bytes);
    if (count > 0) {
        memcpy(table, first, count * size_bytes);
    }
    memcpy(table + count * size_bytes, second, more * size_bytes);
    return table;
}

static Protocol *new_protocols(SnapshotLayer *layer)
{
    static const char *const MARKER[] = {"marker", NULL};
    static const char *const REPORT[] = {"part", NULL};
    const char *const *messages = join(layer->user->messages, MARKER, sizeof(char *));
    layer->marker_kind = count_entries(layer->user->messages, sizeof(char *));
    const Protocol protocols[] = {
        {.name = layer->user->protocol,
         .messages = messages,
         .received = snapshot_channel_received},
        {.name = "/snapshot", .messages = REPORT, .is_control = true, .received = receive_report},
        {0},
    };
    return join(layer->inner->protocols, protocols, sizeof *protocols);
}

SnapshotLayer *snapshot_layer_new(const Application *inner)
{
    SnapshotLayer *layer = g_new0(SnapshotLayer, 1);
    layer->inner = inner;
    layer->user = inner->snapshot;
    layer->first_protocol = count_entries(inner->protocols, sizeof(Protocol));
    layer->first_timer = count_entries(inner->timers, sizeof(TimerAction));
    layer->first_metric = count_entries(inner->metrics, sizeof(MetricName));
    layer->state_offset = (inner->state_size_bytes + 7) & ~(size_t)7;
    layer->application = *inner;
    layer->application.state_size_bytes = layer->state_offset + sizeof(SnapshotPeer);
    layer->application.start = start;
    layer->application.restart = restart;
    layer->application.stop = stop;
    layer->application.protocols = new_protocols(layer);
    layer->application.timers = join(inner->timers, TIMERS, sizeof *TIMERS);
    layer->application.actions = join(inner->actions, ACTIONS, sizeof *ACTIONS);
    layer->application.metrics = join(inner->metrics, METRICS, sizeof *METRICS);
    return layer;
}

static void clear_journal(SnapshotJournal *journal)
{
    g_clear_pointer(&journal->outcomes, g_array_unref);
    g_clear_pointer(&journal->markers, g_array_unref);
}

void snapshot_layer_free(SnapshotLayer *layer)
{
    if (layer == NULL) {
        return;
    }
    const Application *own = &layer->application;
    g_free((void *)(uintptr_t)own->protocols[layer->first_protocol].messages);
    g_free((void *)(uintptr_t)own->protocols);
    g_free((void *)(uintptr_t)own->timers);
    g_free((void *)(uintptr_t)own->actions);
    g_free((void *)(uintptr_t)own->metrics);
    for (uint32_t i = 0; i < layer->peer_count; i++) {
        clear_journal(&layer->journals[i]);
    }
    g_free(layer->journals);
    snapshot_oracle_free(layer->oracle);
    overlay_reach_free(layer->reach);
    g_clear_pointer(&layer->given, g_array_unref);
    peer_set_free(layer->initiators);
    settings_clear(&SNAPSHOT_SETTINGS, &layer->settings);
    g_free(layer);
}

bool snapshot_layer_configure(SnapshotLayer *layer, Network *network, GError **error)
{
    GPtrArray *values = network->options.values;
    if (!settings_read(&SNAPSHOT_SETTINGS, values, network->options.directory, &layer->settings,
                       error)) {
        return false;
    }
    layer->algorithm = SNAPSHOT_ALGORITHMS[layer->settings.algorithm];
    layer->initiators = peer_set_new(layer->settings.initiators, network->peer_count,
                                     (const char *const *)network->peer_names, error);
    if (layer->initiators == NULL) {
        return settings_blame(values, "snapshot.initiators", error);
    }
    layer->reach = overlay_reach_new(network->topology);
    layer->oracle = snapshot_oracle_new(network->peer_count);
    layer->journals = g_new0(SnapshotJournal, network->peer_count);
    layer->peer_count = network->peer_count;
    return snapshot_state_read(layer, network, error) ||
           settings_blame(values, "snapshot.state", error);
}

void snapshot_layer_prepare(SnapshotLayer *layer, const FaultPlan *plan)
{
    for (uint32_t i = 0; layer->settings.count > 0 && i < peer_set_count(layer->initiators); i++) {
        overlay_reach_add(layer->reach, peer_set_member(layer->initiators, i));
    }
    for (unsigned i = 0; i < fault_plan_peer_event_count(plan); i++) {
        const PeerEvent *event = fault_plan_peer_event(plan, i);
        if (event->type == PEER_ACTION && event->action->run == run_snapshot) {
            overlay_reach_add(layer->reach, (EntityId)event->arguments[0]);
        }
    }
}
