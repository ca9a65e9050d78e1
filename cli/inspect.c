/* SPDX-License-Identifier: MIT */
/* skein inspect: the world as it stands at one instant. */
#include "cli/command.h"
#include "scenarios/run.h"
#include "sim/error.h"
#include "sim/json_text.h"
#include "sim/peer_set.h"
#include "sim/value_text.h"

#include <inttypes.h>
#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "FILE --at TIME [--peer PEERS]",
    .summary = "Runs a scenario in memory through an instant and prints what peers hold then: "
               "state, connections,\nstreams, and the events that are pending for them. Without "
               "--peer it prints all peers, the first 20 of many.",
    .examples = "  skein inspect testbed.yaml --at 10s --peer 3\n"
                "  skein inspect testbed.yaml --at 1.5s --peer '{0..2, 7}'",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

enum { PEERS_SHOWN_MAX = 20, EVENTS_SHOWN_MAX = 100 };

typedef struct Options {
    char *at, *peers, *seed;
    char **sets;
    gboolean as_json;
} Options;

typedef struct PendingEvent {
    SimTime time;
    EntityId origin, target;
    uint32_t sequence;
    bool scripted;
    const char *kind;
} PendingEvent;

static void take_pending(void *data, const EventView *event)
{
    const PendingEvent pending = {.time = event->time,
                                  .origin = event->origin,
                                  .target = event->target,
                                  .sequence = event->sequence,
                                  .scripted = event->scripted,
                                  .kind = event->kind};
    g_array_append_val((GArray *)data, pending);
}

#define COMPARE(field)                                                                             \
    if (x->field != y->field) {                                                                    \
        return x->field < y->field ? -1 : 1;                                                       \
    }

static gint compare_pending(gconstpointer a, gconstpointer b)
{
    const PendingEvent *x = a, *y = b;
    COMPARE(target)
    COMPARE(time)
    COMPARE(scripted)
    COMPARE(origin)
    COMPARE(sequence)
    return 0;
}

static void print_pending(const GArray *pending, EntityId peer, uint32_t peer_count)
{
    unsigned count = 0;
    for (guint i = 0; i < pending->len; i++) {
        const PendingEvent *event = &g_array_index(pending, PendingEvent, i);
        if (event->target != peer || ++count > EVENTS_SHOWN_MAX) {
            continue;
        }
        g_autofree char *time = value_print_readable(event->time, VALUE_DURATION, 0);
        g_autofree char *origin = event->scripted         ? g_strdup("the script")
                                  : event->origin == peer ? g_strdup("itself")
                                  : event->origin == peer_count
                                      ? g_strdup("the coordinator")
                                      : g_strdup_printf("peer %u", event->origin);
        printf("  pending at %s: %s, scheduled by %s\n", time, event->kind, origin);
    }
    if (count > EVENTS_SHOWN_MAX) {
        printf("  and %u more pending events\n", count - EVENTS_SHOWN_MAX);
    }
}

static void print_peer(const Run *run, EntityId peer, const GArray *pending)
{
    const Network *network = run_network(run);
    const uint32_t peer_count = network_peer_count(network);
    if (peer < peer_count) {
        g_autoptr(GString) text = g_string_new(NULL);
        network_print_peer(network, peer, text);
        fputs(text->str, stdout);
        if (text->len > 0 && text->str[text->len - 1] != '\n') {
            puts("");
        }
    } else {
        puts("coordinator");
    }
    print_pending(pending, peer, peer_count);
}

static void append_pending_json(const GArray *pending, EntityId peer, GString *json)
{
    json_text_append_key(json, "pending");
    g_string_append_c(json, '[');
    for (guint i = 0; i < pending->len; i++) {
        const PendingEvent *event = &g_array_index(pending, PendingEvent, i);
        if (event->target == peer) {
            json_text_next(json);
            g_string_append_c(json, '{');
            json_text_append_value(json, "time_ns", "%" PRId64, event->time);
            json_text_append_member(json, "kind", event->kind);
            if (event->scripted) {
                json_text_append_member(json, "origin", NULL);
            } else {
                json_text_append_value(json, "origin", "%u", event->origin);
            }
            g_string_append_c(json, '}');
        }
    }
    g_string_append_c(json, ']');
}

static void append_peer_json(const Run *run, EntityId peer, const GArray *pending, GString *json)
{
    const Network *network = run_network(run);
    json_text_next(json);
    if (peer < network_peer_count(network)) {
        network_append_peer_json(network, peer, json);
    } else {
        g_string_append(json, "{\"peer\": null");
    }
    append_pending_json(pending, peer, json);
    g_string_append_c(json, '}');
}

/* JSON shows all peers unless --peer chooses some. */
static void print_world_json(const Run *run, const PeerSet *chosen, const GArray *pending)
{
    const Simulation *simulation = network_simulation(run_network(run));
    g_autoptr(GString) json = g_string_new("{");
    json_text_append_value(json, "at_ns", "%" PRId64, simulation_now(simulation) - 1);
    json_text_append_value(json, "events", "%" PRIu64, simulation_events(simulation));
    json_text_append_value(json, "pending", "%u", pending->len);
    json_text_append_key(json, "peers");
    g_string_append_c(json, '[');
    const uint32_t count =
        chosen != NULL ? peer_set_count(chosen) : simulation_entity_count(simulation);
    for (uint32_t i = 0; i < count; i++) {
        append_peer_json(run, chosen != NULL ? peer_set_member(chosen, i) : i, pending, json);
    }
    printf("%s]}\n", json->str);
}

static void print_world(const Run *run, const PeerSet *chosen, const GArray *pending)
{
    const Simulation *simulation = network_simulation(run_network(run));
    const uint32_t peer_count = network_peer_count(run_network(run));
    if (chosen != NULL) {
        for (uint32_t i = 0; i < peer_set_count(chosen); i++) {
            print_peer(run, peer_set_member(chosen, i), pending);
        }
        return;
    }
    printf("%" PRIu64 " events executed, %u pending, %u peers\n", simulation_events(simulation),
           pending->len, peer_count);
    for (EntityId peer = 0; peer < MIN(peer_count, PEERS_SHOWN_MAX); peer++) {
        print_peer(run, peer, pending);
    }
    if (peer_count > PEERS_SHOWN_MAX) {
        printf("and %u more peers: --peer shows them\n", peer_count - PEERS_SHOWN_MAX);
    }
    if (simulation_entity_count(simulation) > peer_count) {
        print_peer(run, peer_count, pending);
    }
}

static bool show_world(const Run *run, const Options *options, GError **error)
{
    const Network *network = run_network(run);
    g_autoptr(PeerSet) chosen = NULL;
    if (options->peers != NULL) {
        chosen = peer_set_new(options->peers, network_peer_count(network),
                              network_peer_names(network), error);
        if (chosen == NULL) {
            g_prefix_error(error, "--peer: ");
            return false;
        }
    }
    g_autoptr(GArray) pending = g_array_new(FALSE, FALSE, sizeof(PendingEvent));
    simulation_each_pending(network_simulation(network), take_pending, pending);
    g_array_sort(pending, compare_pending);
    (options->as_json ? print_world_json : print_world)(run, chosen, pending);
    return true;
}

static bool inspect(const char *path, const Options *options, GError **error)
{
    int64_t at = 0;
    if (options->at == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "inspect expects --at TIME, such as --at 10s");
        return false;
    }
    if (!value_parse(options->at, VALUE_DURATION, &at, error) || at < 0 || at == SIM_TIME_MAX) {
        if (error != NULL && *error == NULL) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "found '%s', expected a time from 0 on", options->at);
        }
        g_prefix_error(error, "--at: ");
        return false;
    }
    g_autoptr(Scenario) scenario =
        scenario_load(path, (const char *const *)options->sets, options->seed, error);
    if (scenario == NULL) {
        return false;
    }
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, error);
    if (run == NULL) {
        return false;
    }
    Simulation *simulation = network_simulation(run_network(run));
    const RunOutcome outcome =
        simulation_run(simulation, MIN(at + 1, scenario->stop), scenario->until_idle, UINT64_MAX);
    if (outcome == RUN_IDLE || at >= scenario->stop) {
        g_autofree char *end = value_print_readable(simulation_now(simulation), VALUE_DURATION, 0);
        command_warn("the run ends at %s, before %s", end, options->at);
    }
    return show_world(run, options, error);
}

int command_inspect(int argc, char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"at", 0, 0, G_OPTION_ARG_STRING, &options.at,
         "The instant: everything up to it has happened", "TIME"},
        {"peer", 0, 0, G_OPTION_ARG_STRING, &options.peers,
         "A peer's number or name, or a set of them", "PEERS"},
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Override a setting of the file; may be repeated", "SECTION.KEY=VALUE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, "Print one JSON object", NULL},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Short for --set scenario.seed=N", "N"},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    const bool is_fine =
        command_parse(&USAGE, entries, &argc, &argv, &error) && inspect(argv[1], &options, &error);
    g_free(options.at);
    g_free(options.peers);
    g_free(options.seed);
    g_strfreev(options.sets);
    return is_fine ? 0 : command_fail(error);
}
