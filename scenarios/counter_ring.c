/* SPDX-License-Identifier: MIT */
/* A token that goes round and counts its steps. There must be one: a snapshot finds it at a peer or
 * in a channel, never twice and never not at all. Each peer passes it to the next in number where
 * there is a channel, else to its neighbours in turn. */
#include "models/host.h"
#include "models/snapshot.h"
#include "scenarios/scenario_module.h"

typedef struct RingSettings {
    int64_t steps;
    Distribution *hold;
} RingSettings;

typedef struct Ring {
    int64_t tokens;  /* held */
    int64_t counter; /* of the last token that was here */
    uint32_t hold_draws, turn;
} Ring;

static const char *const RANDOMS[] = {"hold", NULL};
static const char *const MESSAGES[] = {"token", NULL};
enum { METRIC_STEPS };

static EntityId choose_next(Host *host)
{
    Ring *self = host_state(host);
    const EntityId next = (host_id(host) + 1) % host_peer_count(host);
    return snapshot_has_channel(host, next)
               ? next
               : snapshot_channel_receiver(host, self->turn++ % snapshot_channel_count(host));
}

static void pass(Host *host, uint64_t argument)
{
    (void)argument;
    Ring *self = host_state(host);
    const int64_t counter = self->counter + 1;
    self->tokens--;
    host_measure(host, METRIC_STEPS, counter);
    snapshot_send(host, choose_next(host),
                  &(Message){.content = &counter, .content_size_bytes = sizeof counter});
}

static void hold(Host *host)
{
    const RingSettings *settings = host_settings(host);
    Ring *self = host_state(host);
    if (self->counter < settings->steps && snapshot_channel_count(host) > 0) {
        host_after(host, host_draw_from(host, 0, &self->hold_draws, settings->hold), 0, 0);
    }
}

static void prepare(Host *host)
{
    ((Ring *)host_state(host))->tokens = host_id(host) == 0;
}

static void start(Host *host)
{
    const Ring *self = host_state(host);
    for (int64_t i = 0; i < self->tokens; i++) {
        hold(host);
    }
}

static void receive(Host *host, EntityId sender, const Message *message)
{
    (void)sender;
    Ring *self = host_state(host);
    self->tokens++;
    self->counter = *(const int64_t *)message->content;
    hold(host);
}

static int64_t record_state(const Host *host, GString *json)
{
    const Ring *self = host_state(host);
    if (json != NULL) {
        g_string_append_printf(json,
                               "{\"tokens\":%" G_GINT64_FORMAT ",\"counter\":%" G_GINT64_FORMAT "}",
                               self->tokens, self->counter);
    }
    return self->tokens;
}

static int64_t describe_message(const Message *message, GString *json)
{
    if (json != NULL) {
        g_string_append_printf(json, "{\"counter\":%" G_GINT64_FORMAT "}",
                               *(const int64_t *)message->content);
    }
    return 1;
}

static const Setting SETTINGS[] = {
    {.key = "steps",
     .type = SETTING_COUNT,
     .offset = offsetof(RingSettings, steps),
     .default_text = "100",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "After which the token rests."},
    {.key = "hold",
     .type = SETTING_DURATION_DISTRIBUTION,
     .offset = offsetof(RingSettings, hold),
     .default_text = "uniform(1ms, 10ms)",
     .minimum = "1ns",
     .help = "How long a peer keeps it."},
    {0},
};
static const SettingsTable TABLE = {"counter-ring", SETTINGS, sizeof(RingSettings)};

static const SnapshotKey KEYS[] = {{"tokens", offsetof(Ring, tokens)}, {0}};
static const SnapshotApplication SNAPSHOT = {
    .protocol = "/counter-ring",
    .messages = MESSAGES,
    .prepare = prepare,
    .received = receive,
    .record_state = record_state,
    .describe_message = describe_message,
    .keys = KEYS,
};
static const TimerAction TIMERS[] = {{"counter-ring.pass", pass}, {0}};
static const MetricName METRICS[] = {[METRIC_STEPS] = {"steps", "1", "the counter at each step"},
                                     {0}};
static const ScenarioProperty PROPERTIES[] = {
    {"no snapshot is wrong", "snapshot.inconsistent.sum == 0"}, {0}};
static const char *const PLOTS[] = {"spacetime", "topology", NULL};

static const Application APPLICATION = {
    .name = "counter-ring",
    .state_size_bytes = sizeof(Ring),
    .start = start,
    .timers = TIMERS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .snapshot = &SNAPSHOT,
};

const ScenarioModule SCENARIO_counter_ring = {
    .name = "counter-ring",
    .title = "One token that goes round, under snapshots",
    .settings = &TABLE,
    .application = &APPLICATION,
    .properties = PROPERTIES,
    .plots = PLOTS,
};
