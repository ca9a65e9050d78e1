/* SPDX-License-Identifier: MIT */
/* The kernel: entities, execution of events, partitions that advance in windows. */
#include "sim/simulation.h"

#include "sim/mix.h"
#include "sim/partition.h"
#include "sim/windows.h"
#include "sim/zero_pages.h"

/* Entities fill whole cache lines when that wastes little, so that neighbours in different
 * partitions share none. */
static size_t padded_size(size_t size_bytes)
{
    const size_t lines = (size_bytes + 63) & ~(size_t)63;
    return lines - size_bytes <= size_bytes / 8 ? lines : (size_bytes + 7) & ~(size_t)7;
}

static void place_entities(Simulation *simulation)
{
    const SimulationOptions *options = &simulation->options;
    simulation->entities = zero_pages_new(options->entity_count * options->entity_size_bytes);
    if (options->partition_count > 1) {
        simulation->partition_of = g_new(uint8_t, options->entity_count);
    }
    for (EntityId id = 0; id < options->entity_count; id++) {
        Entity *entity = simulation_entity(simulation, id);
        const uint64_t block = (uint64_t)id * options->partition_count / options->entity_count;
        const uint64_t number = options->partition_of == NULL ? block : options->partition_of[id];
        g_assert(number < options->partition_count);
        entity->id = id;
        entity->partition = &simulation->partitions[number];
        if (simulation->partition_of != NULL) {
            simulation->partition_of[id] = (uint8_t)number;
        }
    }
}

Simulation *simulation_new(const SimulationOptions *options)
{
    g_assert(options->entity_count > 0 && options->entity_size_bytes >= sizeof(Entity));
    Simulation *simulation = g_new0(Simulation, 1);
    simulation->options = *options;
    SimulationOptions *own = &simulation->options;
    own->partition_count = MAX(1, MIN(own->partition_count, own->entity_count));
    own->thread_count = MAX(1, MIN(own->thread_count, own->partition_count));
    own->entity_size_bytes = padded_size(own->entity_size_bytes);
    g_assert(own->partition_count == 1 || own->lookahead >= 1);
    g_assert(own->partition_count <= SIMULATION_PARTITIONS_MAX);
    simulation->idle_check = SIM_SECOND;
    simulation->partitions = g_aligned_alloc0(own->partition_count, sizeof(Partition), 64);
    for (unsigned k = 0; k < own->partition_count; k++) {
        Partition *partition = &simulation->partitions[k];
        partition->simulation = simulation;
        partition->number = k;
        partition->queue = own->queue->new ();
        partition->deferred = g_array_new(FALSE, FALSE, sizeof(Deferred));
        for (unsigned parity = 0; parity < 2; parity++) {
            partition->outboxes[parity] = g_new0(Outbox, own->partition_count);
        }
    }
    place_entities(simulation);
    own->partition_of = NULL; /* borrowed until here */
    return simulation;
}

void simulation_free(Simulation *simulation)
{
    if (simulation == NULL) {
        return;
    }
    crew_free(simulation->crew);
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        Partition *partition = &simulation->partitions[k];
        event_queue_free(partition->queue);
        payload_pool_clear(&partition->bodies);
        g_aligned_free(partition->timers.records);
        g_array_unref(partition->deferred);
        for (unsigned parity = 0; parity < 2; parity++) {
            for (unsigned other = 0; other < simulation->options.partition_count; other++) {
                outbox_clear(&partition->outboxes[parity][other]);
            }
            g_free(partition->outboxes[parity]);
        }
    }
    g_aligned_free(simulation->partitions);
    g_free(simulation->partition_of);
    zero_pages_free(simulation->entities,
                    simulation->options.entity_count * simulation->options.entity_size_bytes);
    g_free(simulation);
}

unsigned simulation_add_kind(Simulation *simulation, const EventKind *kind)
{
    g_assert(simulation->kind_count < EVENT_KINDS_MAX);
    simulation->kinds[simulation->kind_count] = kind;
    simulation->kind_digests[simulation->kind_count] = mix_text(kind->name);
    return simulation->kind_count++;
}

Entity *simulation_entity(const Simulation *simulation, EntityId id)
{
    return entity_at(simulation, id);
}

uint32_t simulation_entity_count(const Simulation *simulation)
{
    return simulation->options.entity_count;
}

void *simulation_context(const Simulation *simulation)
{
    return simulation->options.context;
}

uint64_t simulation_seed(const Simulation *simulation)
{
    return simulation->options.seed;
}

unsigned simulation_partition_count(const Simulation *simulation)
{
    return simulation->options.partition_count;
}

unsigned simulation_thread_count(const Simulation *simulation)
{
    return simulation->options.thread_count;
}

Partition *simulation_partition(const Simulation *simulation, unsigned number)
{
    g_assert(number < simulation->options.partition_count);
    return &simulation->partitions[number];
}

void partition_set_context(Partition *partition, void *context)
{
    partition->context = context;
}

SimTime simulation_now(const Simulation *simulation)
{
    return simulation->now;
}

const char *simulation_failure(const Simulation *simulation)
{
    const Partition *first = NULL;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        const Partition *partition = &simulation->partitions[k];
        if (partition->failure != NULL && (first == NULL || partition->failed < first->failed)) {
            first = partition;
        }
    }
    return first == NULL ? NULL : first->failure;
}

uint64_t partition_events(const Partition *partition)
{
    return partition->events;
}

uint64_t simulation_events(const Simulation *simulation)
{
    uint64_t sum = 0;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        sum += simulation->partitions[k].events;
    }
    return sum;
}

uint64_t simulation_fingerprint(const Simulation *simulation)
{
    uint64_t sum = 0;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        sum += simulation->partitions[k].fingerprint;
    }
    return sum;
}

size_t simulation_pending(const Simulation *simulation)
{
    size_t sum = 0;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        sum += event_queue_count(simulation->partitions[k].queue);
    }
    return sum;
}

SimulationMemory simulation_memory(const Simulation *simulation)
{
    const SimulationOptions *options = &simulation->options;
    SimulationMemory memory = {.entity_bytes = options->entity_size_bytes,
                               .timer_bytes = sizeof(TimerRecord),
                               .entities_bytes =
                                   options->entity_count * options->entity_size_bytes};
    for (unsigned k = 0; k < options->partition_count; k++) {
        const Partition *partition = &simulation->partitions[k];
        memory.queues_bytes += partition->queue->kind->size_bytes(partition->queue);
        memory.timers_bytes += partition->timers.capacity * sizeof(TimerRecord);
        memory.bodies_bytes += payload_pool_size_bytes(&partition->bodies);
        for (unsigned other = 0; other < options->partition_count; other++) {
            memory.bodies_bytes += outbox_size_bytes(&partition->outboxes[0][other]);
            memory.bodies_bytes += outbox_size_bytes(&partition->outboxes[1][other]);
        }
    }
    return memory;
}

void simulation_watch(Simulation *simulation, EventVisit visit, void *data)
{
    simulation->watch = visit;
    simulation->watch_data = data;
}

/* Scheduling. */

void simulation_script(Simulation *simulation, SimTime time, EntityId target, unsigned kind,
                       uint32_t argument)
{
    g_assert(!simulation->is_running && time >= simulation->now &&
             argument <= PAYLOAD_ARGUMENT_MAX);
    Entity *entity = simulation_entity(simulation, target);
    entity->partition->foreground++;
    event_queue_push(entity->partition->queue,
                     (Event){.time = time,
                             .origin = ORIGIN_SCRIPT,
                             .sequence = simulation->script_sequence++,
                             .target = target,
                             .payload = PAYLOAD_INLINE | kind << 24 | argument});
}

/* Execution. */

/* The time of the earliest pending entry, SIM_TIME_MAX when there is none. */
static SimTime next_time(const Simulation *simulation)
{
    SimTime next = SIM_TIME_MAX;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        Event event;
        if (event_queue_peek(simulation->partitions[k].queue, &event)) {
            next = MIN(next, event.time);
        }
    }
    return next;
}

static bool is_idle(const Simulation *simulation)
{
    int64_t foreground = 0;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        foreground += simulation->partitions[k].foreground;
    }
    return foreground == 0;
}

/* Everything before `limit`; returns early when the budget is used up or the run must stop. */
static void run_until(Simulation *simulation, SimTime limit, uint64_t most)
{
    if (simulation->options.partition_count == 1) {
        partition_advance(simulation->partitions, limit, most);
    } else {
        windows_run(simulation, limit, most);
    }
}

static bool must_stop(const Simulation *simulation)
{
    bool must_stop = false;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        must_stop |= partition_must_stop(&simulation->partitions[k]);
    }
    return must_stop;
}

static void set_now(Simulation *simulation, SimTime now)
{
    simulation->now = now;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        simulation->partitions[k].now = now;
    }
}

/* Where the clock stands after a run that stopped between two limits. */
static SimTime latest_now(const Simulation *simulation)
{
    SimTime now = simulation->now;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        now = MAX(now, simulation->partitions[k].now);
    }
    return now;
}

static RunOutcome run(Simulation *simulation, SimTime until, bool until_idle, uint64_t most)
{
    for (;;) {
        const SimTime limit = until_idle ? MIN(until, simulation->idle_check) : until;
        run_until(simulation, limit, most);
        if (must_stop(simulation)) {
            simulation->now = latest_now(simulation);
            return simulation_failure(simulation) != NULL ? RUN_FAILED : RUN_INTERRUPTED;
        }
        const SimTime next = next_time(simulation);
        if (next < limit) {
            simulation->now = latest_now(simulation);
            return RUN_BUDGET;
        }
        if (until_idle && limit == simulation->idle_check) {
            if (is_idle(simulation)) {
                set_now(simulation, limit);
                return RUN_IDLE;
            }
            simulation->idle_check = next > SIM_TIME_MAX - SIM_SECOND
                                         ? SIM_TIME_MAX
                                         : (next / SIM_SECOND + 1) * SIM_SECOND;
        }
        if (limit == until) {
            set_now(simulation, until);
            return RUN_REACHED;
        }
    }
}

RunOutcome simulation_run(Simulation *simulation, SimTime until, bool until_idle, uint64_t budget)
{
    const uint64_t events = simulation_events(simulation);
    const uint64_t most = budget > UINT64_MAX - events ? UINT64_MAX : events + budget;
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        partition_look_out(&simulation->partitions[k]);
    }
    simulation->is_running = true;
    const RunOutcome outcome = run(simulation, until, until_idle, most);
    simulation->is_running = false;
    return outcome;
}
