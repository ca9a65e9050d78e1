/* SPDX-License-Identifier: MIT */
/* The network as a whole: the settings of peers, overlay, links and stack compiled into models, and
 * the hosts on a simulation. Immutable during a run, so that partitions share it; what changes
 * lives in the hosts and in one part for each partition (its records, metrics and open spans).
 *
 *     network_new      checks the settings against each other and reads the files they name
 *     network_prepare  makes the simulation; simulation_run() is then the run
 *     network_finish   writes what is known only at the end: open spans, messages in flight, links,
 * metrics */
#ifndef MODELS_NETWORK_H
#define MODELS_NETWORK_H

#include "models/application.h"
#include "models/fault_plan.h"
#include "models/topology.h"
#include "sim/metric.h"
#include "sim/record.h"
#include "sim/settings.h"
#include "sim/simulation.h"

typedef struct Network Network;

/* The sections that the network reads from a scenario: peers, topology, link, stack, ideal, dial,
 * record. NULL-terminated. */
extern const SettingsTable *const NETWORK_SETTINGS[];
/* The section `snapshot`, which the network reads too when the application has snapshots. */
extern const SettingsTable SNAPSHOT_SETTINGS;

/* Looks on while the network runs, to write the run down as another scenario: what a module drew at
 * random as rows of the timeline, and what the links did to each message. Calls come in the order
 * of the events of the run, which has to be uncut (one partition). Members may be NULL. */
typedef struct NetworkWitness {
    void (*row)(void *data, SimTime now, const char *action);
    /* Message number `index` (from 0) of a link takes so long; or the link loses it, which may be
     * told beside the other or instead of it. A packet that finds no room is not told of. */
    void (*sent)(void *data, EntityId sender, EntityId receiver, uint64_t index, SimTime now,
                 SimDuration delay);
    void (*lost)(void *data, EntityId sender, EntityId receiver, uint64_t index, SimTime now);
    void *data;
} NetworkWitness;

typedef struct NetworkOptions {
    const Application *application;
    const void *application_settings;
    GPtrArray *values;     /* of SettingValue: read from; defaults are added */
    const char *directory; /* of relative paths */
    uint64_t seed;
    bool until_idle; /* stop: idle */
    const EventQueueKind *queue;
    unsigned partition_count, thread_count; /* 0: 1 */
    bool permute_ties;
    const volatile sig_atomic_t *interrupt;
    LogLevel log_level; /* the most that is told to log_line */
    /* Called in the thread that runs the simulation only. */
    void (*log_line)(void *data, SimTime now, EntityId peer, LogLevel level, const char *text);
    void *log_data;
    const NetworkWitness *witness; /* NULL: none */
} NetworkOptions;

Network *network_new(const NetworkOptions *options, GError **error);
void network_free(Network *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Network, network_free)

/* What runs on the hosts: the application, with the tables of the snapshot layer if it has one. */
const Application *network_application(const Network *network);

uint32_t network_peer_count(const Network *network);
const char *const *network_peer_names(const Network *network); /* NULL without names */
const Topology *network_topology(const Network *network);

/* Makes the simulation and all that happens at its start. Takes ownership of the plan (NULL: none).
 * recorder may be NULL: nothing is recorded but metrics. */
bool network_prepare(Network *network, FaultPlan *plan, Recorder *recorder, int64_t run_id,
                     GError **error);
Simulation *network_simulation(const Network *network);

/* After each call of simulation_run(): gives out the log lines of several partitions, in order of
 * time and peer. Those of one partition need not wait. */
void network_flush_log(Network *network);

/* After the run, or where it was interrupted. */
void network_finish(Network *network);

/* Metrics, merged over partitions: after network_finish. Names are full (`ping.rtt`, `dial.time`).
 */
unsigned network_metric_count(const Network *network);
const char *network_metric_name(const Network *network, unsigned index);
const char *network_metric_unit(const Network *network, unsigned index);
const Metric *network_metric(const Network *network, unsigned index);
/* The quantities over time that record.series may name, NULL-terminated. */
const char *const *network_series_names(const Network *network);

/* The least latency between different peers, over the whole timeline; 1 ns with a coordinator. */
SimDuration network_lookahead(const Network *network);

/* The files that were read, as the user wrote their names, NULL-terminated. */
const char *const *network_inputs(const Network *network);
/* Remarks about the input that are no errors, NULL-terminated. */
const char *const *network_warnings(const Network *network);

/* One peer in words, or as a JSON object without its closing brace: state, connections, streams.
 * For skein inspect. */
void network_print_peer(const Network *network, EntityId peer, GString *text);
void network_append_peer_json(const Network *network, EntityId peer, GString *json);
/* Of a peer's state, to compare executions: the application's own hash, or one of its state as
 * printed; 0 when the application offers neither. */
uint64_t network_state_hash(const Network *network, EntityId peer);

#endif
