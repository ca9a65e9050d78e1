/* SPDX-License-Identifier: MIT */
/* Banks that move tokens to each other: the classic application of snapshots, since no token is
 * made or lost. Each peer sends some of its tokens to a random neighbour at random times, and on
 * `send A B tokens N` of the timeline. */
#include "models/host.h"
#include "models/snapshot.h"
#include "scenarios/scenario_module.h"

#include <string.h>

typedef struct BankSettings {
    int64_t tokens, transfers;
    Distribution *interval, *amount;
} BankSettings;

typedef struct Bank {
    int64_t tokens; /* durable */
    uint32_t interval_draws, amount_draws, receiver_draws;
} Bank;

enum { RANDOM_INTERVAL, RANDOM_AMOUNT, RANDOM_RECEIVER };
static const char *const RANDOMS[] = {"interval", "amount", "receiver", NULL};
static const char *const MESSAGES[] = {"transfer", NULL};
enum { TIMER_TRANSFER };
enum { METRIC_TRANSFERRED, METRIC_REFUSED };

static void transfer(Host *host, EntityId receiver, int64_t tokens)
{
    Bank *self = host_state(host);
    const bool is_possible = tokens <= self->tokens && snapshot_has_channel(host, receiver);
    host_measure(host, METRIC_REFUSED, !is_possible);
    if (is_possible) {
        host_log(host, LOG_INFO, "sends %d tokens to peer %u", (int)tokens, receiver);
        host_measure(host, METRIC_TRANSFERRED, tokens);
        self->tokens -= tokens;
        snapshot_send(host, receiver,
                      &(Message){.content = &tokens, .content_size_bytes = sizeof tokens});
    }
}

static void run_send(Host *host, const int64_t *arguments)
{
    transfer(host, (EntityId)arguments[1], arguments[2]);
}

static void schedule(Host *host, uint64_t number)
{
    const BankSettings *settings = host_settings(host);
    Bank *self = host_state(host);
    if (number < (uint64_t)settings->transfers && snapshot_channel_count(host) > 0) {
        host_after(host,
                   host_draw_from(host, RANDOM_INTERVAL, &self->interval_draws, settings->interval),
                   TIMER_TRANSFER, number);
    }
}

static void transfer_to_random(Host *host, uint64_t number)
{
    const BankSettings *settings = host_settings(host);
    Bank *self = host_state(host);
    const uint32_t channel = (uint32_t)host_draw_below(host, RANDOM_RECEIVER, &self->receiver_draws,
                                                       snapshot_channel_count(host));
    const int64_t wish = host_draw_from(host, RANDOM_AMOUNT, &self->amount_draws, settings->amount);
    if (self->tokens > 0) {
        const EntityId receiver = snapshot_channel_receiver(host, channel);
        const int64_t tokens = MIN(wish, self->tokens);
        host_explain(host, "send %u %u tokens %" G_GINT64_FORMAT, host_id(host), receiver, tokens);
        transfer(host, receiver, tokens);
    }
    schedule(host, number + 1);
}

static void prepare(Host *host)
{
    ((Bank *)host_state(host))->tokens = ((const BankSettings *)host_settings(host))->tokens;
}

static void start(Host *host)
{
    schedule(host, 0);
}

static void receive(Host *host, EntityId sender, const Message *message)
{
    (void)sender;
    int64_t tokens;
    memcpy(&tokens, message->content, sizeof tokens);
    ((Bank *)host_state(host))->tokens += tokens;
}

static int64_t record_state(const Host *host, GString *json)
{
    const Bank *self = host_state(host);
    if (json != NULL) {
        g_string_append_printf(json, "{\"tokens\":%" G_GINT64_FORMAT "}", self->tokens);
    }
    return self->tokens;
}

static int64_t describe_message(const Message *message, GString *json)
{
    int64_t tokens;
    memcpy(&tokens, message->content, sizeof tokens);
    if (json != NULL) {
        g_string_append_printf(json, "{\"tokens\":%" G_GINT64_FORMAT "}", tokens);
    }
    return tokens;
}

static void print_state(const void *state, GString *text)
{
    g_string_append_printf(text, "{\"tokens\":%" G_GINT64_FORMAT "}",
                           ((const Bank *)state)->tokens);
}

#define FIELD(field) .offset = offsetof(BankSettings, field)

static const Setting SETTINGS[] = {
    {.key = "tokens",
     .type = SETTING_COUNT,
     FIELD(tokens),
     .default_text = "100",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "What each peer has at the start."},
    {.key = "transfers",
     .type = SETTING_COUNT,
     FIELD(transfers),
     .default_text = "20",
     .minimum = "0",
     .maximum = "1000000000",
     .help = "How many times each peer sends to a random neighbour."},
    {.key = "interval",
     .type = SETTING_DURATION_DISTRIBUTION,
     FIELD(interval),
     .default_text = "uniform(1ms, 200ms)",
     .minimum = "1ns",
     .help = "From one transfer of a peer to its next."},
    {.key = "amount",
     .type = SETTING_COUNT_DISTRIBUTION,
     FIELD(amount),
     .default_text = "uniform(1, 10)",
     .minimum = "0",
     .help = "How many tokens it sends, or all it has when that is less."},
    {0},
};
static const SettingsTable TABLE = {"bank", SETTINGS, sizeof(BankSettings)};

static const SnapshotKey KEYS[] = {{"tokens", offsetof(Bank, tokens)}, {0}};
static const SnapshotApplication SNAPSHOT = {
    .protocol = "/bank",
    .messages = MESSAGES,
    .prepare = prepare,
    .received = receive,
    .record_state = record_state,
    .describe_message = describe_message,
    .keys = KEYS,
};
static const TimerAction TIMERS[] = {[TIMER_TRANSFER] = {"bank.transfer", transfer_to_random}, {0}};
static const Action ACTIONS[] = {{"send", "send PEER PEER tokens COUNT",
                                  "the first sends so many tokens to the second", run_send},
                                 {0}};
static const MetricName METRICS[] = {
    [METRIC_TRANSFERRED] = {"transferred", "1", "tokens in each transfer"},
    [METRIC_REFUSED] = {"refused", "1", "1 for a transfer without cover or channel, else 0"},
    {0}};
static const ScenarioProperty PROPERTIES[] = {
    {"no snapshot is wrong", "snapshot.inconsistent.sum == 0"}, {0}};
static const char *const EXPLICIT[] = {"bank.transfers=0", "snapshot.count=0", NULL};
static const char *const PLOTS[] = {"spacetime", "topology", NULL};

static const Application APPLICATION = {
    .name = "bank",
    .state_size_bytes = sizeof(Bank),
    .durable_size_bytes = sizeof(int64_t),
    .start = start,
    .timers = TIMERS,
    .actions = ACTIONS,
    .randoms = RANDOMS,
    .metrics = METRICS,
    .print_state = print_state,
    .snapshot = &SNAPSHOT,
};

const ScenarioModule SCENARIO_bank = {
    .name = "bank",
    .title = "Tokens that move between peers, under snapshots",
    .settings = &TABLE,
    .application = &APPLICATION,
    .properties = PROPERTIES,
    .explicit_settings = EXPLICIT,
    .plots = PLOTS,
};
