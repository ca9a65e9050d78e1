/* SPDX-License-Identifier: MIT */
/* Pings and pongs under snapshots. A ping goes out on one channel and its pong comes back on the
 * opposite one, so a snapshot finds many of them on their way. What is conserved: each ping that
 * its sender waits for is a ping or a pong in some channel. */
#include "models/host.h"
#include "models/snapshot.h"
#include "scenarios/scenario_module.h"

typedef struct PingSettings {
    int64_t count;
    Distribution *interval;
} PingSettings;

typedef struct Pinger {
    int64_t waiting; /* pings without an answer so far */
    int64_t answered;
    uint32_t interval_draws, target_draws;
} Pinger;

enum { RANDOM_INTERVAL, RANDOM_TARGET };
static const char *const RANDOMS[] = {"interval", "target", NULL};
enum { MESSAGE_PING, MESSAGE_PONG };
static const char *const MESSAGES[] = {"ping", "pong", NULL};
enum { METRIC_RTT };

static void send_ping(Host *host, EntityId target)
{
    const SimTime now = host_now(host);
    if (snapshot_has_channel(host, target)) {
        ((Pinger *)host_state(host))->waiting++;
        snapshot_send(
            host, target,
            &(Message){.kind = MESSAGE_PING, .content = &now, .content_size_bytes = sizeof now});
    }
}

static void schedule(Host *host, uint64_t number)
{
    const PingSettings *settings = host_settings(host);
    Pinger *self = host_state(host);
    if (number < (uint64_t)settings->count && snapshot_channel_count(host) > 0) {
        host_after(host,
                   host_draw_from(host, RANDOM_INTERVAL, &self->interval_draws, settings->interval),
                   0, number);
    }
}

static void tick(Host *host, uint64_t number)
{
    Pinger *self = host_state(host);
    const uint32_t channel = (uint32_t)host_draw_below(host, RANDOM_TARGET, &self->target_draws,
                                                       snapshot_channel_count(host));
    const EntityId target = snapshot_channel_receiver(host, channel);
    host_explain(host, "ping %u %u", host_id(host), target);
    send_ping(host, target);
    schedule(host, number + 1);
}

static void start(Host *host)
{
    schedule(host, 0);
}

static void run_ping(Host *host, const int64_t *arguments)
{
    send_ping(host, (EntityId)arguments[1]);
}

/* A pong brings the ping's time back. */
static void receive(Host *host, EntityId sender, const Message *message)
{
    Pinger *self = host_state(host);
    if (message->kind == MESSAGE_PONG) {
        self->waiting--;
        self->answered++;
        host_measure(host, METRIC_RTT, host_now(host) - *(const SimTime *)message->content);
    } else if (snapshot_has_channel(host, sender)) {
        snapshot_send(host, sender,
                      &(Message){.kind = MESSAGE_PONG,
                                 .content = message->content,
                                 .content_size_bytes = message->content_size_bytes});
    }
}

static int64_t record_state(const Host *host, GString *json)
{
    const Pinger *self = host_state(host);
    if (json != NULL) {
        g_string_append_printf(
            json, "{\"waiting\":%" G_GINT64_FORMAT ",\"answered\":%" G_GINT64_FORMAT "}",
            self->waiting, self->answered);
    }
    return self->waiting;
}

static int64_t describe_message(const Message *message, GString *json)
{
    if (json != NULL) {
        g_string_append_printf(json, "{\"sent_ns\":%" G_GINT64_FORMAT "}",
                               *(const SimTime *)message->content);
    }
    return -1;
}

static const Setting SETTINGS[] = {
    {.key = "count",
     .type = SETTING_COUNT,
     .offset = offsetof(PingSettings, count),
     .default_text = "20",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "How many random neighbours each peer pings."},
    {.key = "interval",
     .type = SETTING_DURATION_DISTRIBUTION,
     .offset = offsetof(PingSettings, interval),
     .default_text = "uniform(1ms, 200ms)",
     .minimum = "1ns",
     .help = "From one ping of a peer to its next."},
    {0},
};
static const SettingsTable TABLE = {"snapshot-ping", SETTINGS, sizeof(PingSettings)};

static const SnapshotApplication SNAPSHOT = {
    .protocol = "/snapshot-ping",
    .messages = MESSAGES,
    .received = receive,
    .record_state = record_state,
    .describe_message = describe_message,
};
static const TimerAction TIMERS[] = {{"snapshot-ping.tick", tick}, {0}};
static const Action ACTIONS[] = {{"ping", "ping PEER PEER", "the first pings the second", run_ping},
                                 {0}};
static const MetricName METRICS[] = {[METRIC_RTT] = {"rtt", "ns", "from a ping to its pong"}, {0}};
static const ScenarioProperty PROPERTIES[] = {
    {"no snapshot is wrong", "snapshot.inconsistent.sum == 0"}, {0}};
static const char *const EXPLICIT[] = {"snapshot-ping.count=0", "snapshot.count=0", NULL};
static const char *const PLOTS[] = {"spacetime", "topology", NULL};

static const Application APPLICATION = {
    .name = "snapshot-ping",
    .state_size_bytes = sizeof(Pinger),
    .start = start,
    .timers = TIMERS,
    .actions = ACTIONS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .snapshot = &SNAPSHOT,
};

const ScenarioModule SCENARIO_snapshot_ping = {
    .name = "snapshot-ping",
    .title = "Pings and pongs on their way, under snapshots",
    .settings = &TABLE,
    .application = &APPLICATION,
    .properties = PROPERTIES,
    .explicit_settings = EXPLICIT,
    .plots = PLOTS,
};
