/* SPDX-License-Identifier: MIT */
/* Inside the kernel only: the part of a run that one thread advances. It has its own clock, queue,
 * bodies and timers, and an outbox for each other partition. */
#ifndef SIM_PARTITION_H
#define SIM_PARTITION_H

#include "sim/payload_pool.h"
#include "sim/simulation.h"

enum { EVENT_KINDS_MAX = 128 };

/* The payload of an event: an argument with its kind, a timer, or a body. */
#define PAYLOAD_INLINE (UINT32_C(1) << 31)
#define PAYLOAD_TIMER (UINT32_C(1) << 30)
#define PAYLOAD_ARGUMENT_MAX ((UINT32_C(1) << 24) - 1)

typedef struct TimerRecord {
    SimTime deadline;   /* when set */
    SimTime entry_time; /* of the live queue entry */
    uint64_t argument;
    uint32_t sequence;       /* key of the deadline */
    uint32_t entry_sequence; /* key of the live entry */
    uint32_t generation;     /* a freed record is another timer */
    EntityId entity;
    uint32_t next, previous; /* timers of the entity's partition in use, or the free list */
    uint8_t kind;
    bool is_set, has_entry, background, once, in_use;
} TimerRecord;

typedef struct TimerPool {
    TimerRecord *records; /* index 0 is not used */
    uint32_t count, capacity, free;
    size_t outdated; /* entries in the queue that no timer wants */
} TimerPool;

typedef struct Deferred {
    Entity *entity;
    uint64_t argument;
    unsigned kind;
} Deferred;

/* Events on their way to another partition. Their bodies lie in the sender's pool until they are
 * handed over. */
typedef struct Outbox {
    GArray *events; /* of Event */
} Outbox;

struct Partition {
    Simulation *simulation;
    SimTime now;
    Entity *running;
    EventQueue *queue;
    PayloadPool bodies;
    TimerPool timers;
    GArray *deferred; /* of Deferred */
    Outbox *outboxes; /* one for each partition */
    uint64_t events;
    uint64_t fingerprint;
    int64_t foreground; /* pending events and set timers that keep the run from being idle */
    unsigned number;
    void *context;
};

struct Simulation {
    SimulationOptions options;
    uint8_t *entities;
    Partition *partitions;
    const EventKind *kinds[EVENT_KINDS_MAX];
    uint64_t kind_digests[EVENT_KINDS_MAX];
    unsigned kind_count;
    uint32_t script_sequence;
    unsigned turn; /* which partition goes first in the next window */
    SimTime now;
    SimTime idle_check; /* the next whole second at which the run may be idle */
    bool is_running;
    const char *failure;
    EventVisit watch;
    void *watch_data;
};

/* Executes events before the limit until the partition has executed `most` in all. */
void partition_advance(Partition *partition, SimTime limit, uint64_t most);

/* Moves what crosses to the partition it goes to. */
void partition_hand_over(Partition *from, Partition *to);

/* True when the run was interrupted or has failed. */
bool simulation_must_stop(const Simulation *simulation);

/* Puts an event of `self` into its own partition's queue or the outbox to another. */
void partition_push(Entity *self, Event event);

/* The origin field of an event that `entity` schedules for `time`, and back. Equal unless ties are
 * permuted. */
uint32_t event_origin(const Simulation *simulation, SimTime time, EntityId entity);
EntityId event_origin_entity(const Simulation *simulation, const Event *event);

/* The next number of the entity; at the end of the numbers the run fails. */
uint32_t entity_next_sequence(Entity *self);

/* A timer's queue entry has popped. True when the timer expires now; `ret_content` is then what it
 * runs. */
bool timer_popped(Partition *partition, const Event *event, EventContent *ret_content);
/* What a pending entry would run; false when the entry is outdated. */
bool timer_peek(const Partition *partition, const Event *event, SimTime *ret_deadline,
                uint32_t *ret_sequence, EventContent *ret_content);

#endif
