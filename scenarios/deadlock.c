/* SPDX-License-Identifier: MIT */
/* Peers that wait for each other. From time to time a peer asks a random neighbour for leave and
 * waits; who waits gives no leave until it has its own. So peers that wait in a circle wait for
 * ever: a stable property, which a snapshot finds if it holds when the snapshot begins, and which
 * holds from then on if a snapshot finds it (Chandy and Lamport 1985, section 4).
 *
 * In a snapshot a peer is stuck on another when its state waits for it and no leave is on the way
 * from there. */
#include "models/host.h"
#include "models/snapshot.h"
#include "scenarios/scenario_module.h"

#include <string.h>

typedef struct DeadlockSettings {
    int64_t requests;
    Distribution *work;
} DeadlockSettings;

typedef struct Waiter {
    int64_t waits_for; /* 1 + the peer; 0: it works */
    uint32_t work_draws, target_draws;
    uint32_t asked; /* times so far */
    GArray *askers; /* of EntityId: they get leave when this peer has its own; NULL: none */
} Waiter;

enum { RANDOM_WORK, RANDOM_TARGET };
static const char *const RANDOMS[] = {"work", "target", NULL};
enum { MESSAGE_ASK, MESSAGE_LEAVE };
static const char *const MESSAGES[] = {"ask", "leave", NULL};
enum { METRIC_FOUND, METRIC_STUCK };

static void work(Host *host)
{
    const DeadlockSettings *settings = host_settings(host);
    Waiter *self = host_state(host);
    if (self->asked < settings->requests && snapshot_channel_count(host) > 0) {
        host_after(host, host_draw_from(host, RANDOM_WORK, &self->work_draws, settings->work), 0,
                   0);
    }
}

static void ask(Host *host, EntityId target)
{
    Waiter *self = host_state(host);
    if (self->waits_for == 0 && snapshot_has_channel(host, target)) {
        self->waits_for = (int64_t)target + 1;
        self->asked++;
        snapshot_send(host, target, &(Message){.kind = MESSAGE_ASK});
    }
}

static void ask_random(Host *host, uint64_t argument)
{
    (void)argument;
    Waiter *self = host_state(host);
    const uint32_t channel = (uint32_t)host_draw_below(host, RANDOM_TARGET, &self->target_draws,
                                                       snapshot_channel_count(host));
    const EntityId target = snapshot_channel_receiver(host, channel);
    host_explain(host, "ask %u %u", host_id(host), target);
    ask(host, target);
}

static void run_ask(Host *host, const int64_t *arguments)
{
    ask(host, (EntityId)arguments[1]);
}

static void start(Host *host)
{
    work(host);
}

static void give_leave(Host *host, EntityId asker)
{
    if (snapshot_has_channel(host, asker)) {
        snapshot_send(host, asker, &(Message){.kind = MESSAGE_LEAVE});
    }
}

static void receive(Host *host, EntityId sender, const Message *message)
{
    Waiter *self = host_state(host);
    if (message->kind == MESSAGE_ASK) {
        if (self->waits_for == 0) {
            give_leave(host, sender);
        } else {
            self->askers =
                self->askers != NULL ? self->askers : g_array_new(FALSE, FALSE, sizeof sender);
            g_array_append_val(self->askers, sender);
        }
        return;
    }
    self->waits_for = 0;
    for (guint i = 0; self->askers != NULL && i < self->askers->len; i++) {
        give_leave(host, g_array_index(self->askers, EntityId, i));
    }
    g_clear_pointer(&self->askers, g_array_unref);
    work(host);
}

static void stop(Host *host)
{
    g_clear_pointer(&((Waiter *)host_state(host))->askers, g_array_unref);
}

static int64_t record_state(const Host *host, GString *json)
{
    const Waiter *self = host_state(host);
    if (json != NULL && self->waits_for == 0) {
        g_string_append(json, "{\"waits_for\":null}");
    } else if (json != NULL) {
        g_string_append_printf(json, "{\"waits_for\":%" G_GINT64_FORMAT "}", self->waits_for - 1);
    }
    return 0;
}

static int64_t describe_message(const Message *message, GString *json)
{
    (void)message;
    if (json != NULL) {
        g_string_append(json, "{}");
    }
    return 0;
}

/* Whom the peer is stuck on in the snapshot; UINT32_MAX: nobody. */
static EntityId stuck_on(const SnapshotCollection *collection, EntityId peer)
{
    static const char WAITS[] = "{\"waits_for\":";
    const char *state = snapshot_collected_state(collection, peer);
    if (state == NULL || !g_str_has_prefix(state, WAITS) ||
        !g_ascii_isdigit(state[strlen(WAITS)])) {
        return UINT32_MAX;
    }
    const EntityId other = (EntityId)g_ascii_strtoull(state + strlen(WAITS), NULL, 10);
    for (uint32_t i = 0; i < snapshot_collected_count(collection, peer); i++) {
        const Message message = snapshot_collected_message(collection, peer, i);
        if (message.kind == MESSAGE_LEAVE && message.sender == other) {
            return UINT32_MAX;
        }
    }
    return other;
}

/* Follows each peer's way of waiting; one that comes back to a peer on it is a circle. */
static void judge(Host *host, const SnapshotCollection *collection)
{
    const uint32_t peers = host_peer_count(host);
    g_autofree uint32_t *walks = g_new0(uint32_t, peers); /* the walk that came by, from 1 */
    uint32_t stuck = 0;
    for (EntityId peer = 0; peer < peers; peer++) {
        EntityId at = peer;
        while (at < peers && walks[at] == 0) {
            walks[at] = peer + 1;
            at = stuck_on(collection, at);
        }
        if (at >= peers || walks[at] != peer + 1) {
            continue;
        }
        const EntityId first = at;
        do {
            stuck++;
            at = stuck_on(collection, at);
        } while (at != first);
    }
    host_log(host, LOG_INFO, "finds %u peers that wait in circles", stuck);
    host_measure(host, METRIC_FOUND, stuck > 0);
    host_measure(host, METRIC_STUCK, stuck);
}

static const Setting SETTINGS[] = {
    {.key = "requests",
     .type = SETTING_COUNT,
     .offset = offsetof(DeadlockSettings, requests),
     .default_text = "20",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "How many times each peer asks a random neighbour."},
    {.key = "work",
     .type = SETTING_DURATION_DISTRIBUTION,
     .offset = offsetof(DeadlockSettings, work),
     .default_text = "uniform(1ms, 500ms)",
     .minimum = "1ns",
     .help = "How long a peer works before it asks."},
    {0},
};
static const SettingsTable TABLE = {"deadlock", SETTINGS, sizeof(DeadlockSettings)};

static const SnapshotApplication SNAPSHOT = {
    .protocol = "/deadlock",
    .messages = MESSAGES,
    .received = receive,
    .record_state = record_state,
    .describe_message = describe_message,
    .judge = judge,
};
static const TimerAction TIMERS[] = {{"deadlock.ask", ask_random}, {0}};
static const Action ACTIONS[] = {{"ask", "ask PEER PEER",
                                  "the first asks the second for leave, unless it waits already",
                                  run_ask},
                                 {0}};
static const MetricName METRICS[] = {
    [METRIC_FOUND] = {"found", "1", "1 for a snapshot that found a deadlock, else 0"},
    [METRIC_STUCK] = {"stuck", "1", "peers that wait in circles, in each snapshot"},
    {0}};
static const ScenarioProperty PROPERTIES[] = {
    {"no snapshot is wrong", "snapshot.inconsistent.sum == 0"}, {0}};
static const char *const EXPLICIT[] = {"deadlock.requests=0", "snapshot.count=0", NULL};
static const char *const PLOTS[] = {"spacetime", "topology", NULL};

static const Application APPLICATION = {
    .name = "deadlock",
    .state_size_bytes = sizeof(Waiter),
    .start = start,
    .stop = stop,
    .timers = TIMERS,
    .actions = ACTIONS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .snapshot = &SNAPSHOT,
};

const ScenarioModule SCENARIO_deadlock = {
    .name = "deadlock",
    .title = "Peers that wait for each other, and snapshots that find out",
    .settings = &TABLE,
    .application = &APPLICATION,
    .properties = PROPERTIES,
    .explicit_settings = EXPLICIT,
    .plots = PLOTS,
};
