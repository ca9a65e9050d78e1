/* SPDX-License-Identifier: MIT */
/* skein inspect: the world as it stands at one instant. */
#include "cli/command.h"
#include "scenarios/run.h"
#include "sim/error.h"
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
        g_autofree char *time = value_print(event->time, VALUE_DURATION);
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

static bool print_world(const Run *run, const char *peers, GError **error)
{
    const Network *network = run_network(run);
    Simulation *simulation = network_simulation(network);
    const uint32_t peer_count = network_peer_count(network);
    g_autoptr(GArray) pending = g_array_new(FALSE, FALSE, sizeof(PendingEvent));
    simulation_each_pending(simulation, take_pending, pending);
    g_array_sort(pending, compare_pending);
    if (peers != NULL) {
        g_autoptr(PeerSet) set =
            peer_set_new(peers, peer_count, network_peer_names(network), error);
        if (set == NULL) {
            g_prefix_error(error, "--peer: ");
            return false;
        }
        for (uint32_t i = 0; i < peer_set_count(set); i++) {
            print_peer(run, peer_set_member(set, i), pending);
        }
        return true;
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
        g_autofree char *end = value_print(simulation_now(simulation), VALUE_DURATION);
        command_warn("the run ends at %s, before %s", end, options->at);
    }
    return print_world(run, options->peers, error);
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
