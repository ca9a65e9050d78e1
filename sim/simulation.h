/* SPDX-License-Identifier: MIT */
/* The kernel. A Simulation holds entities (one block of memory each), the events pending for them,
 * and virtual time. It is a value: a test may have two. It knows no network.
 *
 * The rules, which parallel runs stand on:
 *  - A handler runs *at* one entity and touches only that entity's state. Everything else is an
 * event to another entity, strictly in the future.
 *  - An event's key is (time, origin, sequence), see sim/event.h. All events of an instant exist
 * before the first of them runs, so key order is execution order, however the run is executed.
 *  - Work for the current instant is possible only at the same entity (entity_defer); it is done
 * before the next event is popped.
 *
 * A run may be cut into partitions, each with its own queue, pool and clock. They advance side by
 * side, in threads or by turns, through windows as long as the lookahead, the least delay of any
 * event between entities of different partitions; what crosses is handed over at the end of a
 * window (sim/windows.h). The result is the same for every number of partitions and threads, and
 * for every cut. */
#ifndef SIM_SIMULATION_H
#define SIM_SIMULATION_H

#include "sim/event.h"
#include "sim/event_queue.h"

#include <glib.h>
#include <signal.h>
#include <stddef.h>

typedef struct Simulation Simulation;
typedef struct Partition Partition;

/* The beginning of every entity's state. */
typedef struct Entity {
    Partition *partition;
    EntityId id;
    uint32_t sequence; /* of the last event it scheduled */
    uint32_t timers;   /* its first timer, for sim/timer.c */
    uint32_t reserved;
} Entity;

/* What a handler is given. */
typedef struct EventContent {
    unsigned kind;
    uint32_t size_bytes; /* of the body */
    uint64_t argument;
    void *body; /* valid during the handler only; NULL when the event carries just an argument */
} EventContent;

/* A kind of event: what runs, and how it is told apart. The name enters the fingerprint. */
typedef struct EventKind {
    const char *name;
    void (*run)(Entity *self, const EventContent *content);
    uint64_t (*digest)(
        const EventContent *content); /* NULL: the argument and all bytes of the body */
    /* Some events ahead, if at all: asks the processor to fetch what run() will touch, and changes
     * nothing. Called with step 1 when the entity and the body have been fetched, with 2 when what
     * step 1 asked for is there, and with 3. May be NULL. */
    void (*fetch)(const Entity *self, const EventContent *content, unsigned step);
} EventKind;

#define SIMULATION_PARTITIONS_MAX 256

typedef struct SimulationOptions {
    uint32_t entity_count;
    size_t entity_size_bytes; /* of an entity's block, which starts with an Entity and is zero at
                                 first */
    uint64_t seed;
    const EventQueueKind *queue;
    unsigned partition_count;     /* 0 means 1 */
    unsigned thread_count;        /* that share the partitions; 0 means 1 */
    const uint16_t *partition_of; /* of each entity; NULL: blocks of equal size. Read at once */
    SimDuration lookahead;        /* needed for more than one partition, at least 1 ns */
    bool
        permute_ties; /* simultaneous events of different origins in an order drawn from the seed */
    void *context;    /* simulation_context() */
    /* For debug builds: the least delay allowed from an entity to another one, 0 when there is no
     * way. */
    SimDuration (*minimum_delay)(const Entity *self, EntityId target);
    const volatile sig_atomic_t
        *interrupt; /* non-zero ends the run after the current event; may be NULL */
} SimulationOptions;

Simulation *simulation_new(const SimulationOptions *options);
void simulation_free(Simulation *simulation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Simulation, simulation_free)

/* Before the run: registers a kind and returns its number, below 128. Kinds registered in the same
 * order have the same numbers. The kind is borrowed. */
unsigned simulation_add_kind(Simulation *simulation, const EventKind *kind);

/* Before the run: an event of the script, which precedes all others of its instant. argument <
 * 2^24. */
void simulation_script(Simulation *simulation, SimTime time, EntityId target, unsigned kind,
                       uint32_t argument);

Entity *simulation_entity(const Simulation *simulation, EntityId id);
uint32_t simulation_entity_count(const Simulation *simulation);
void *simulation_context(const Simulation *simulation);
uint64_t simulation_seed(const Simulation *simulation);

/* The partitions, and what a layer above keeps for each. Thread k advances every partition whose
 * number leaves the rest k. */
unsigned simulation_partition_count(const Simulation *simulation);
unsigned simulation_thread_count(const Simulation *simulation);
Partition *simulation_partition(const Simulation *simulation, unsigned number);
void partition_set_context(Partition *partition, void *context);
uint64_t partition_events(const Partition *partition); /* executed so far */

typedef enum RunOutcome {
    RUN_REACHED,     /* every event before the limit was executed */
    RUN_IDLE,        /* nothing is pending but what is in the background */
    RUN_BUDGET,      /* the budget of events is used up: call again */
    RUN_INTERRUPTED, /* simulation_run was told to stop */
    RUN_FAILED,      /* the kernel's limits: see simulation_failure() */
} RunOutcome;

/* Executes events with time < until, about `budget` of them at most. With until_idle the run also
 * ends at the first whole second at which nothing is pending but background timers and events;
 * simulation_now() is then that second. */
RunOutcome simulation_run(Simulation *simulation, SimTime until, bool until_idle, uint64_t budget);

SimTime simulation_now(const Simulation *simulation);
uint64_t simulation_events(const Simulation *simulation);      /* executed so far */
uint64_t simulation_fingerprint(const Simulation *simulation); /* of the events executed so far */
const char *simulation_failure(const Simulation *simulation);
size_t simulation_pending(const Simulation *simulation); /* entries in the queues */

/* What the kernel holds. */
typedef struct SimulationMemory {
    size_t entity_bytes, timer_bytes; /* each */
    size_t entities_bytes, queues_bytes, timers_bytes;
    size_t bodies_bytes; /* of events, those on their way to other partitions included */
} SimulationMemory;

SimulationMemory simulation_memory(const Simulation *simulation);

/* An event as an observer sees it. origin is the entity that scheduled it; scripted says it was the
 * script. */
typedef struct EventView {
    SimTime time;
    EntityId origin, target;
    uint32_t sequence;
    bool scripted;
    const char *kind;
    uint64_t digest;
    EventContent content;
} EventView;

typedef void (*EventVisit)(void *data, const EventView *event);

/* Called after each executed event; NULL ends it. */
void simulation_watch(Simulation *simulation, EventVisit visit, void *data);

/* Visits what is pending (no outdated timers), in no particular order. */
void simulation_each_pending(const Simulation *simulation, EventVisit visit, void *data);

/* For handlers. */

SimTime entity_now(const Entity *self);
Simulation *entity_simulation(const Entity *self);
void *entity_partition_context(const Entity *self);

/* True while a handler runs at this entity, and outside of runs: what every function that touches
 * the state of an entity asserts. */
bool entity_is_running(const Entity *self);

/* Ends the run after the current event; other partitions may finish their window first. The text is
 * kept, and the first one in virtual time counts. */
void entity_fail(Entity *self, const char *failure);

/* An event at `target` after `delay` >= 1 ns that carries only an argument below 2^24. */
void entity_schedule(Entity *self, EntityId target, SimDuration delay, unsigned kind,
                     uint32_t argument);

/* The same with a body of size_bytes, which the caller fills in before its handler returns. All
 * bytes are hashed unless the kind has a digest of its own, so padding must be set. */
void *entity_post(Entity *self, EntityId target, SimDuration delay, unsigned kind,
                  uint32_t size_bytes);

/* An event that no run waits for, such as a keep-alive on its way: self says so of one that it has
 * just scheduled (+1), and again in its handler (-1). */
void entity_count_background(Entity *self, int change);

/* Runs the kind at self, at the current instant, before any other event. Not an event: neither
 * counted nor fingerprinted. */
void entity_defer(Entity *self, unsigned kind, uint64_t argument);

#endif
