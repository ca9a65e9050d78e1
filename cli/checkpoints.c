/* SPDX-License-Identifier: MIT */
/* skein checkpoints: one variant of a run, told line by line to skein verify, which starts it as a
 * process of its own. Times are ns. It prints
 *
 *     peers COUNT
 *     checkpoint TIME FINGERPRINT EVENTS      of all events before TIME
 *     end TIME FINGERPRINT EVENTS STATES      of the whole run; STATES: of all peers' states
 *     state PEER HASH                         at its end, where asked for
 *
 * or, asked for the events of an interval or for what scheduled an event,
 *
 *     event TIME ORIGIN SEQUENCE TARGET DIGEST KIND
 *     cause TIME ORIGIN SEQUENCE TARGET DIGEST KIND
 *
 * where ORIGIN is -1 for the script. */
#include "cli/command.h"
#include "cli/execution_options.h"
#include "scenarios/run.h"
#include "sim/mix.h"

#include <inttypes.h>
#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "FILE",
    .summary = "What skein verify asks its other processes for.",
    .examples = "  skein checkpoints ping.yaml --from 0 --step 1000000000 --count 10",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char **sets;
    char *seed, *queue;
    int partitions, jobs;
    gboolean is_shifted, with_states;
    gint64 from, step, count;            /* of checkpoints */
    gint64 events_from, events_to;       /* to: 0 for no events */
    gint64 cause_origin, cause_sequence; /* sequence: 0 for no cause */
} Options;

/* A few blocks of every size, since allocators keep blocks of one size together; the last ones are
 * so large that they come from the system. */
static GPtrArray *take_heap(void)
{
    GPtrArray *blocks = g_ptr_array_new_with_free_func(g_free);
    for (gsize size_bytes = 16; size_bytes < 256 * 1024; size_bytes += MAX(size_bytes / 8, 16)) {
        for (unsigned i = 0; i < 3; i++) {
            g_ptr_array_add(blocks, g_malloc(size_bytes));
        }
    }
    g_ptr_array_add(blocks, g_malloc(3 * 1024 * 1024 + 1));
    return blocks;
}

typedef struct Asked {
    const Simulation *simulation;
    const Options *options;
    bool is_answered;
} Asked;

static void print_event(const char *word, const EventView *event)
{
    printf("%s %" PRId64 " %" PRId64 " %" PRIu32 " %" PRIu32 " %016" PRIx64 " %s\n", word,
           event->time, event->scripted ? -1 : (int64_t)event->origin, event->sequence,
           event->target, event->digest, event->kind);
}

static void take_event(void *data, const EventView *event)
{
    (void)data;
    print_event("event", event);
}

/* After its handler an entity's count tells which events the handler scheduled. */
static void take_cause(void *data, const EventView *event)
{
    Asked *asked = data;
    if (!asked->is_answered && event->target == asked->options->cause_origin &&
        simulation_entity(asked->simulation, event->target)->sequence >=
            asked->options->cause_sequence) {
        asked->is_answered = true;
        print_event("cause", event);
    }
}

static void advance(Simulation *simulation, const Scenario *scenario, SimTime until)
{
    simulation_run(simulation, MIN(until, scenario->stop), scenario->until_idle, UINT64_MAX);
}

/* A sum, so that the order of peers says nothing. */
static void print_end(const Run *run, bool with_states)
{
    const Network *network = run_network(run);
    const Simulation *simulation = network_simulation(network);
    uint64_t states = 0;
    for (EntityId peer = 0; peer < network_peer_count(network); peer++) {
        const uint64_t hash = network_state_hash(network, peer);
        states += mix_two(peer, hash);
        if (with_states) {
            printf("state %" PRIu32 " %016" PRIx64 "\n", peer, hash);
        }
    }
    printf("end %" PRId64 " %016" PRIx64 " %" PRIu64 " %016" PRIx64 "\n",
           simulation_now(simulation), simulation_fingerprint(simulation),
           simulation_events(simulation), states);
}

static void print_checkpoints(const Run *run, const Scenario *scenario, const Options *options)
{
    Simulation *simulation = network_simulation(run_network(run));
    for (gint64 i = 0; i < options->count; i++) {
        const SimTime time = options->from + i * options->step;
        advance(simulation, scenario, time);
        printf("checkpoint %" PRId64 " %016" PRIx64 " %" PRIu64 "\n", time,
               simulation_fingerprint(simulation), simulation_events(simulation));
    }
    if (options->count == 0) {
        advance(simulation, scenario, SIM_TIME_MAX);
        print_end(run, options->with_states);
    }
}

static bool answer(const char *path, const Options *options, GError **error)
{
    RunOptions run_options = {0};
    if (!execution_options_read(options->queue, options->partitions, options->jobs, &run_options,
                                error)) {
        return false;
    }
    g_autoptr(Scenario) scenario =
        scenario_load(path, (const char *const *)options->sets, options->seed, error);
    if (scenario == NULL) {
        return false;
    }
    g_autoptr(Run) run = run_new(scenario, &run_options, error);
    if (run == NULL) {
        return false;
    }
    Simulation *simulation = network_simulation(run_network(run));
    printf("peers %" PRIu32 "\n", network_peer_count(run_network(run)));
    if (options->events_to > 0) {
        advance(simulation, scenario, options->events_from);
        simulation_watch(simulation, take_event, NULL);
        advance(simulation, scenario, options->events_to);
    } else if (options->cause_sequence > 0) {
        Asked asked = {.simulation = simulation, .options = options};
        simulation_watch(simulation, take_cause, &asked);
        advance(simulation, scenario, SIM_TIME_MAX);
    } else {
        print_checkpoints(run, scenario, options);
    }
    return true;
}

int command_checkpoints(int argc, char **argv)
{
    Options options = {.partitions = 1, .jobs = 1};
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets, "As in run", "SECTION.KEY=VALUE"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "As in run", "N"},
        {"queue", 0, 0, G_OPTION_ARG_STRING, &options.queue, "As in run", "NAME"},
        {"partitions", 0, 0, G_OPTION_ARG_INT, &options.partitions, "As in run", "N"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, "As in run", "N"},
        {"shift", 0, 0, G_OPTION_ARG_NONE, &options.is_shifted,
         "Take some of the heap first, so that everything lies elsewhere", NULL},
        {"from", 0, 0, G_OPTION_ARG_INT64, &options.from, "The first checkpoint", "NS"},
        {"step", 0, 0, G_OPTION_ARG_INT64, &options.step, "Between checkpoints", "NS"},
        {"count", 0, 0, G_OPTION_ARG_INT64, &options.count, "How many; 0: the end alone", "N"},
        {"states", 0, 0, G_OPTION_ARG_NONE, &options.with_states,
         "Print the hash of each peer's state at the end", NULL},
        {"events-from", 0, 0, G_OPTION_ARG_INT64, &options.events_from,
         "Print the events from this time on", "NS"},
        {"events-to", 0, 0, G_OPTION_ARG_INT64, &options.events_to, "... and before this", "NS"},
        {"cause-origin", 0, 0, G_OPTION_ARG_INT64, &options.cause_origin,
         "Print the event whose handler, at this entity,", "ENTITY"},
        {"cause-sequence", 0, 0, G_OPTION_ARG_INT64, &options.cause_sequence,
         "... scheduled the event of this number", "N"},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    bool is_fine = command_parse(&USAGE, entries, &argc, &argv, &error);
    G_GNUC_UNUSED g_autoptr(GPtrArray) shift = options.is_shifted ? take_heap() : NULL;
    is_fine = is_fine && answer(argv[1], &options, &error);
    g_strfreev(options.sets);
    g_free(options.seed);
    g_free(options.queue);
    return is_fine ? 0 : command_fail(error);
}
