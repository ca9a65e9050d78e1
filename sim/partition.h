/* SPDX-License-Identifier: MIT */
/* Inside the kernel only: the part of a run that one thread advances. It has its own clock, queue,
 * bodies and timers, and an outbox for each other partition. */
#ifndef SIM_PARTITION_H
#define SIM_PARTITION_H

#include "sim/crew.h"
#include "sim/outbox.h"
#include "sim/payload_pool.h"
#include "sim/simulation.h"

enum { EVENT_KINDS_MAX = 128 };

/* The payload of an event: an argument with its kind, a timer, or a body. */
#define PAYLOAD_INLINE (UINT32_C(1) << 31)
#define PAYLOAD_TIMER (UINT32_C(1) << 30)
#define PAYLOAD_ARGUMENT_MAX ((UINT32_C(1) << 24) - 1)

/* A cache line: timers are set and stopped at random. */
typedef struct TimerRecord {
    _Alignas(64) SimTime deadline; /* when set */
    SimTime entry_time;            /* of the live queue entry */
    uint64_t argument;
    uint32_t sequence;       /* key of the deadline */
    uint32_t entry_sequence; /* key of the live entry */
    uint32_t generation;     /* a freed record is another timer */
    EntityId entity;
    uint32_t next, previous; /* timers of the entity's partition in use, or the free list */
    uint8_t kind;
    bool is_set, has_entry, background, once, in_use, is_resting;
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

/* What a partition tells the others at the end of a window. */
typedef struct PartitionReport {
    SimTime next; /* its earliest event, or that of its outboxes; SIM_TIME_MAX: none */
    uint64_t events;
    bool must_stop;
} PartitionReport;

struct Partition {
    Simulation *simulation;
    SimTime now;
    Entity *running;
    EventQueue *queue;
    PayloadPool bodies;
    TimerPool timers;
    GArray *deferred;    /* of Deferred */
    Outbox *outboxes[2]; /* one for each partition, see sim/windows.h */
    unsigned parity;     /* which of the two is being filled */
    uint64_t events;
    uint64_t fingerprint;
    int64_t foreground; /* pending events and set timers that keep the run from being idle */
    unsigned number;
    void *context;
    const char *failure; /* of the kernel's limits; NULL: none */
    SimTime failed;
    /* Read by other threads; on lines of their own, so that they do not slow each other down. */
    _Alignas(64) PartitionReport reports[2];
};

struct Simulation {
    SimulationOptions options;
    uint8_t *entities;
    uint8_t *partition_of; /* of each entity; NULL with one partition */
    Partition *partitions;
    const EventKind *kinds[EVENT_KINDS_MAX];
    uint64_t kind_digests[EVENT_KINDS_MAX];
    unsigned kind_count;
    uint32_t script_sequence;
    SimTime now;
    SimTime idle_check; /* the next whole second at which the run may be idle */
    bool is_running;
    Crew *crew; /* threads, made when they are first needed */
    EventVisit watch;
    void *watch_data;
};

static inline Entity *entity_at(const Simulation *simulation, EntityId id)
{
    g_assert(id < simulation->options.entity_count);
    return (Entity *)(void *)(simulation->entities + id * simulation->options.entity_size_bytes);
}

/* Executes events before the limit until the partition has executed `most` in all. */
void partition_advance(Partition *partition, SimTime limit, uint64_t most);

/* Has the queue tell of coming events, where there are so many entities that it pays. */
void partition_look_out(Partition *partition);

/* Makes an event of another partition, or of another thread, one of this partition. */
void partition_take(Partition *partition, const OutboxItem *item);

/* True when the run was interrupted or has failed here. */
bool partition_must_stop(const Partition *partition);

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
