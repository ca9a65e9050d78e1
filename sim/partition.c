/* SPDX-License-Identifier: MIT */
/* A partition at work: scheduling by handlers, execution of events, handing over what crosses. */
#include "sim/partition.h"

#include "sim/mix.h"

/* A bijection of 32-bit origins that leaves ORIGIN_SCRIPT alone: four Feistel rounds keyed by seed
 * and time. */
static uint32_t permute(const Simulation *simulation, SimTime time, uint32_t origin, bool backwards)
{
    const uint64_t key = mix_two(simulation->options.seed, (uint64_t)time);
    do {
        uint32_t left = origin >> 16, right = origin & 0xffff;
        for (unsigned i = 0; i < 4; i++) {
            const unsigned round = backwards ? 3 - i : i;
            if (backwards) {
                const uint32_t old_right = left;
                left = right ^ (uint32_t)(mix_two(key + round, old_right) & 0xffff);
                right = old_right;
            } else {
                const uint32_t new_right = left ^ (uint32_t)(mix_two(key + round, right) & 0xffff);
                left = right;
                right = new_right;
            }
        }
        origin = left << 16 | right;
    } while (origin == ORIGIN_SCRIPT);
    return origin;
}

uint32_t event_origin(const Simulation *simulation, SimTime time, EntityId entity)
{
    const uint32_t origin = entity + 1;
    return G_UNLIKELY(simulation->options.permute_ties) ? permute(simulation, time, origin, false)
                                                        : origin;
}

EntityId event_origin_entity(const Simulation *simulation, const Event *event)
{
    if (event->origin == ORIGIN_SCRIPT) {
        return event->target;
    }
    const uint32_t origin = simulation->options.permute_ties
                                ? permute(simulation, event->time, event->origin, true)
                                : event->origin;
    return origin - 1;
}

void entity_fail(Entity *self, const char *failure)
{
    Partition *partition = self->partition;
    if (partition->failure == NULL) {
        partition->failure = failure;
        partition->failed = partition->now;
    }
}

uint32_t entity_next_sequence(Entity *self)
{
    if (self->sequence == UINT32_MAX) {
        entity_fail(self, "an entity has scheduled 2^32 events, the most a run can order");
        return self->sequence;
    }
    return ++self->sequence;
}

/* Puts the event into the queue of self's partition. */
static inline void push(Partition *partition, const Event *event)
{
    partition->foreground++;
    event_queue_push(partition->queue, *event);
}

/* Where the event goes when it leaves the partition of the entity that schedules it; NULL when it
 * stays. */
static inline Outbox *outbox_of(const Entity *self, const Event *event)
{
    const Partition *from = self->partition;
    const Simulation *simulation = from->simulation;
    g_assert(event->target < simulation->options.entity_count);
    /* The target itself is not looked at: it may be far from this processor. */
    if (simulation->partition_of == NULL ||
        simulation->partition_of[event->target] == from->number) {
        return NULL;
    }
    g_assert(event->time - from->now >= simulation->options.lookahead);
    return &from->outboxes[from->parity][simulation->partition_of[event->target]];
}

/* The event that self schedules, all but its payload. */
static inline Event new_event(Entity *self, EntityId target, SimDuration delay)
{
    const Simulation *simulation = self->partition->simulation;
    g_assert(entity_is_running(self));
    g_assert(delay >= 1 && delay <= SIM_TIME_MAX - self->partition->now);
#ifdef SKEIN_DEBUG
    if (target != self->id && simulation->options.minimum_delay != NULL) {
        const SimDuration least = simulation->options.minimum_delay(self, target);
        g_assert(least >= 1 && delay >= least);
    }
#endif
    const SimTime time = self->partition->now + delay;
    return (Event){.time = time,
                   .origin = event_origin(simulation, time, self->id),
                   .sequence = entity_next_sequence(self),
                   .target = target};
}

void entity_schedule(Entity *self, EntityId target, SimDuration delay, unsigned kind,
                     uint32_t argument)
{
    g_assert(argument <= PAYLOAD_ARGUMENT_MAX);
    Event event = new_event(self, target, delay);
    event.payload = PAYLOAD_INLINE | kind << 24 | argument;
    Outbox *outbox = outbox_of(self, &event);
    if (outbox == NULL) {
        push(self->partition, &event);
    } else {
        outbox_add(outbox, &event, NULL);
    }
}

void *entity_post(Entity *self, EntityId target, SimDuration delay, unsigned kind,
                  uint32_t size_bytes)
{
    Event event = new_event(self, target, delay);
    Outbox *outbox = outbox_of(self, &event);
    if (outbox != NULL) {
        PayloadBlock *body = outbox_body(outbox, (uint16_t)kind, size_bytes);
        outbox_add(outbox, &event, body);
        return body->body;
    }
    uint32_t handle;
    PayloadBlock *block =
        payload_pool_take(&self->partition->bodies, (uint16_t)kind, size_bytes, &handle);
    event.payload = handle;
    push(self->partition, &event);
    return block->body;
}

void entity_count_background(Entity *self, int change)
{
    g_assert(entity_is_running(self));
    self->partition->foreground -= change;
}

void entity_defer(Entity *self, unsigned kind, uint64_t argument)
{
    g_assert(entity_is_running(self));
    const Deferred work = {.entity = self, .argument = argument, .kind = kind};
    g_array_append_val(self->partition->deferred, work);
}

SimTime entity_now(const Entity *self)
{
    return self->partition->now;
}

Simulation *entity_simulation(const Entity *self)
{
    return self->partition->simulation;
}

void *entity_partition_context(const Entity *self)
{
    return self->partition->context;
}

bool entity_is_running(const Entity *self)
{
    return self->partition->running == self || !self->partition->simulation->is_running;
}

/* Execution. */

static inline uint64_t content_digest(const Simulation *simulation, const EventContent *content)
{
    const EventKind *kind = simulation->kinds[content->kind];
    if (kind->digest != NULL) {
        return kind->digest(content);
    }
    return content->body == NULL ? content->argument
                                 : mix_bytes(content->body, content->size_bytes);
}

static EventView view_of(const Simulation *simulation, const Event *event,
                         const EventContent *content, uint64_t digest)
{
    return (EventView){.time = event->time,
                       .origin = event_origin_entity(simulation, event),
                       .target = event->target,
                       .sequence = event->sequence,
                       .scripted = event->origin == ORIGIN_SCRIPT,
                       .kind = simulation->kinds[content->kind]->name,
                       .digest = digest,
                       .content = *content};
}

/* The content of an event that is no timer's. */
static inline EventContent content_of(const Partition *partition, const Event *event)
{
    if ((event->payload & PAYLOAD_INLINE) != 0) {
        return (EventContent){.kind = event->payload >> 24 & 127,
                              .argument = event->payload & PAYLOAD_ARGUMENT_MAX};
    }
    PayloadBlock *block = payload_pool_at(&partition->bodies, event->payload);
    return (EventContent){
        .kind = block->kind, .size_bytes = block->size_bytes, .body = block->body};
}

static void run_deferred(Partition *partition)
{
    const Simulation *simulation = partition->simulation;
    for (guint i = 0; i < partition->deferred->len; i++) {
        const Deferred work = g_array_index(partition->deferred, Deferred, i);
        const EventContent content = {.kind = work.kind, .argument = work.argument};
        simulation->kinds[work.kind]->run(work.entity, &content);
    }
    g_array_set_size(partition->deferred, 0);
}

static inline void execute(Partition *partition, const Event *event)
{
    const Simulation *simulation = partition->simulation;
    EventContent content;
    const bool is_timer = (event->payload & (PAYLOAD_INLINE | PAYLOAD_TIMER)) == PAYLOAD_TIMER;
    if (is_timer) {
        if (!timer_popped(partition, event, &content)) {
            return;
        }
    } else {
        content = content_of(partition, event);
        partition->foreground--;
    }
    Entity *entity = entity_at(simulation, event->target);
    partition->now = event->time;
    partition->running = entity;
    const uint64_t digest = content_digest(simulation, &content);
    const EntityId origin =
        event->origin == ORIGIN_SCRIPT ? UINT32_MAX : event_origin_entity(simulation, event);
    uint64_t hash = mix_two((uint64_t)event->time, (uint64_t)origin << 32 | event->sequence);
    hash = mix_two(hash + event->target, simulation->kind_digests[content.kind] ^ digest);
    partition->fingerprint += hash;
    partition->events++;
    simulation->kinds[content.kind]->run(entity, &content);
    if (partition->deferred->len > 0) {
        run_deferred(partition);
    }
    if (simulation->watch != NULL) {
        const EventView view = view_of(simulation, event, &content, digest);
        simulation->watch(simulation->watch_data, &view);
    }
    if (!is_timer && content.body != NULL) {
        payload_pool_give(&partition->bodies, event->payload);
    }
    partition->running = NULL;
}

/* Fewer entities, with all they hold, are in the cache anyway; so are these, when they hold
 * nothing.
 */
#define FETCHED_ENTITIES_MIN 500
#define FETCHED_ENTITIES_BYTES_MIN ((size_t)256 << 10)
/* Of an entity and of a body: what handlers always look at. */
#define FETCHED_BYTES_MAX 192
#define FETCHED_BODY_BYTES 128

static void fetch_bytes(const void *block, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i += 64) {
        __builtin_prefetch((const char *)block + i, 1);
    }
}

/* Looks at nothing that other partitions change. */
static void fetch(void *data, const Event *event, unsigned step)
{
    const Partition *partition = data;
    const Simulation *simulation = partition->simulation;
    const Entity *entity = entity_at(simulation, event->target);
    const bool is_inline = (event->payload & PAYLOAD_INLINE) != 0;
    const bool is_timer = !is_inline && (event->payload & PAYLOAD_TIMER) != 0;
    if (step == 0) {
        fetch_bytes(entity, MIN(simulation->options.entity_size_bytes, FETCHED_BYTES_MAX));
        if (is_timer) {
            fetch_bytes(&partition->timers.records[event->payload & ~PAYLOAD_TIMER],
                        sizeof(TimerRecord));
        } else if (!is_inline) {
            fetch_bytes(payload_pool_at(&partition->bodies, event->payload), FETCHED_BODY_BYTES);
        }
        return;
    }
    if (!is_timer) {
        const EventContent content = content_of(partition, event);
        const EventKind *kind = simulation->kinds[content.kind];
        if (kind->fetch != NULL) {
            kind->fetch(entity, &content, step);
        }
    }
}

void partition_look_out(Partition *partition)
{
    const Simulation *simulation = partition->simulation;
    EventLookout lookout = {.data = partition};
    for (unsigned k = 0; k < simulation->kind_count; k++) {
        lookout.steps =
            simulation->kinds[k]->fetch != NULL ? EVENT_LOOKOUT_STEPS_MAX : lookout.steps;
    }
    const size_t count = simulation->options.entity_count;
    const bool is_worth_it = lookout.steps > 0 ? count >= FETCHED_ENTITIES_MIN
                                               : count * simulation->options.entity_size_bytes >=
                                                     FETCHED_ENTITIES_BYTES_MIN;
    lookout.fetch = is_worth_it ? fetch : NULL;
    partition->queue->lookout = lookout;
}

bool partition_must_stop(const Partition *partition)
{
    const volatile sig_atomic_t *interrupt = partition->simulation->options.interrupt;
    return partition->failure != NULL || (interrupt != NULL && *interrupt != 0);
}

/* Executes events before the limit until the partition has executed `most` in all. */
void partition_advance(Partition *partition, SimTime limit, uint64_t most)
{
    Event event;
    while (partition->events < most && event_queue_pop_before(partition->queue, limit, &event)) {
        execute(partition, &event);
        if (partition_must_stop(partition)) {
            return;
        }
    }
}

void partition_take(Partition *partition, const OutboxItem *item)
{
    Event event = item->event;
    if (item->body != NULL) {
        const PayloadBlock *body = item->body;
        PayloadBlock *block =
            payload_pool_take(&partition->bodies, body->kind, body->size_bytes, &event.payload);
        memcpy(block->body, body->body, body->size_bytes);
    }
    push(partition, &event);
}

typedef struct PendingVisit {
    const Simulation *simulation;
    const Partition *partition;
    EventVisit visit;
    void *data;
} PendingVisit;

static void visit_pending(const Event *entry, void *data)
{
    const PendingVisit *to = data;
    Event event = *entry;
    EventContent content;
    if ((event.payload & (PAYLOAD_INLINE | PAYLOAD_TIMER)) == PAYLOAD_TIMER) {
        if (!timer_peek(to->partition, entry, &event.time, &event.sequence, &content)) {
            return;
        }
        event.origin = event_origin(to->simulation, event.time, event.target);
    } else {
        content = content_of(to->partition, entry);
    }
    const EventView view =
        view_of(to->simulation, &event, &content, content_digest(to->simulation, &content));
    to->visit(to->data, &view);
}

void simulation_each_pending(const Simulation *simulation, EventVisit visit, void *data)
{
    for (unsigned k = 0; k < simulation->options.partition_count; k++) {
        const Partition *partition = &simulation->partitions[k];
        PendingVisit to = {simulation, partition, visit, data};
        partition->queue->kind->each(partition->queue, visit_pending, &to);
    }
}
