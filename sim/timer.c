/* SPDX-License-Identifier: MIT */
/* Timer records, and what happens when their entries pop. */
#include "sim/timer.h"

#include "sim/partition.h"

#include <string.h>

static TimerRecord *record_at(const Partition *partition, uint32_t index)
{
    return &partition->timers.records[index];
}

/* The record a name stands for, NULL when that timer is gone. */
static TimerRecord *find(const Entity *self, TimerId timer)
{
    const TimerPool *pool = &self->partition->timers;
    const uint32_t index = (uint32_t)timer;
    if (index == 0 || index > pool->count) {
        return NULL;
    }
    TimerRecord *record = &pool->records[index];
    return record->in_use && record->generation == timer >> 32 ? record : NULL;
}

static bool entry_is_outdated(const Event *event, void *data)
{
    const Partition *partition = data;
    if ((event->payload & PAYLOAD_INLINE) != 0 || (event->payload & PAYLOAD_TIMER) == 0) {
        return false;
    }
    const TimerRecord *record = record_at(partition, event->payload & ~PAYLOAD_TIMER);
    return !record->in_use || !record->has_entry || record->entry_sequence != event->sequence ||
           record->entity != event->target;
}

static void outdate(Partition *partition, TimerRecord *record)
{
    if (!record->has_entry) {
        return;
    }
    record->has_entry = false;
    TimerPool *pool = &partition->timers;
    pool->outdated++;
    if (pool->outdated > 64 && pool->outdated > event_queue_count(partition->queue) / 2) {
        partition->queue->kind->sweep(partition->queue, entry_is_outdated, partition);
        pool->outdated = 0;
    }
}

static void push_entry(Entity *self, TimerRecord *record, uint32_t index)
{
    record->has_entry = true;
    record->entry_time = record->deadline;
    record->entry_sequence = record->sequence;
    const Simulation *simulation = self->partition->simulation;
    event_queue_push(self->partition->queue,
                     (Event){.time = record->deadline,
                             .origin = event_origin(simulation, record->deadline, self->id),
                             .sequence = record->sequence,
                             .target = self->id,
                             .payload = PAYLOAD_TIMER | index});
}

static void clear_set(Partition *partition, TimerRecord *record)
{
    if (record->is_set && !record->background) {
        partition->foreground--;
    }
    record->is_set = false;
}

static void grow(TimerPool *pool)
{
    pool->capacity = pool->capacity == 0 ? 64 : pool->capacity * 2;
    TimerRecord *old = pool->records;
    pool->records = g_aligned_alloc(pool->capacity, sizeof(TimerRecord), _Alignof(TimerRecord));
    if (old != NULL) {
        memcpy(pool->records, old, (pool->count + 1) * sizeof(TimerRecord)); /* 0 is not used */
        g_aligned_free(old);
    }
}

TimerId timer_new(Entity *self, unsigned kind, uint64_t argument, bool background)
{
    g_assert(entity_is_running(self));
    TimerPool *pool = &self->partition->timers;
    uint32_t index = pool->free;
    if (index != 0) {
        pool->free = pool->records[index].next;
    } else {
        if (pool->count + 1 >= pool->capacity) {
            grow(pool);
        }
        index = ++pool->count;
        g_assert(index < PAYLOAD_TIMER);
        pool->records[index].generation = 0;
    }
    TimerRecord *record = &pool->records[index];
    *record = (TimerRecord){
        .argument = argument,
        .generation = record->generation + 1,
        .entity = self->id,
        .next = self->timers,
        .kind = (uint8_t)kind,
        .background = background,
        .in_use = true,
    };
    if (self->timers != 0) {
        pool->records[self->timers].previous = index;
    }
    self->timers = index;
    return (TimerId)record->generation << 32 | index;
}

TimerId timer_once(Entity *self, unsigned kind, uint64_t argument, SimDuration delay)
{
    const TimerId timer = timer_new(self, kind, argument, false);
    record_at(self->partition, (uint32_t)timer)->once = true;
    timer_set(self, timer, delay);
    return timer;
}

void timer_set(Entity *self, TimerId timer, SimDuration delay)
{
    TimerRecord *record = find(self, timer);
    g_assert(record != NULL && entity_is_running(self) && delay >= 1);
    Partition *partition = self->partition;
    const SimTime now = partition->now;
    if (!record->is_set && !record->background) {
        partition->foreground++;
    }
    record->is_set = true;
    record->is_resting = false;
    record->deadline = delay > SIM_TIME_MAX - now ? SIM_TIME_MAX : now + delay;
    record->sequence = entity_next_sequence(self);
    if (record->has_entry && record->entry_time > record->deadline) {
        outdate(partition, record);
    }
    if (!record->has_entry) {
        push_entry(self, record, (uint32_t)timer);
    }
}

void timer_set_background(Entity *self, TimerId timer, bool background)
{
    TimerRecord *record = find(self, timer);
    g_assert(entity_is_running(self));
    if (record != NULL && record->background != background) {
        self->partition->foreground += !record->is_set ? 0 : background ? -1 : 1;
        record->background = background;
    }
}

void timer_stop(Entity *self, TimerId timer)
{
    TimerRecord *record = find(self, timer);
    if (record != NULL) {
        g_assert(entity_is_running(self));
        clear_set(self->partition, record);
    }
}

SimTime timer_deadline(const Entity *self, TimerId timer)
{
    const TimerRecord *record = find(self, timer);
    return record != NULL && record->is_set ? record->deadline : SIM_TIME_MAX;
}

/* Takes a timer out of its entity's list and gives the record back. */
static void release(Entity *self, TimerRecord *record, uint32_t index)
{
    TimerPool *pool = &self->partition->timers;
    clear_set(self->partition, record);
    record->in_use = false;
    if (record->previous != 0) {
        pool->records[record->previous].next = record->next;
    } else {
        self->timers = record->next;
    }
    if (record->next != 0) {
        pool->records[record->next].previous = record->previous;
    }
    outdate(self->partition, record);
    record->next = pool->free;
    pool->free = index;
}

void timer_free(Entity *self, TimerId timer)
{
    TimerRecord *record = find(self, timer);
    if (record != NULL) {
        g_assert(entity_is_running(self));
        release(self, record, (uint32_t)timer);
    }
}

void timer_rest(Entity *self, TimerId timer)
{
    TimerRecord *record = find(self, timer);
    if (record == NULL) {
        return;
    }
    g_assert(entity_is_running(self));
    if (record->has_entry) {
        clear_set(self->partition, record);
        record->is_resting = true;
    } else {
        release(self, record, (uint32_t)timer);
    }
}

bool timer_exists(const Entity *self, TimerId timer)
{
    return find(self, timer) != NULL;
}

void timer_free_all(Entity *self)
{
    while (self->timers != 0) {
        release(self, record_at(self->partition, self->timers), self->timers);
    }
}

bool timer_is_set(const Entity *self, TimerId timer)
{
    const TimerRecord *record = find(self, timer);
    return record != NULL && record->is_set;
}

bool timer_popped(Partition *partition, const Event *event, EventContent *ret_content)
{
    if (entry_is_outdated(event, partition)) {
        if (partition->timers.outdated > 0) {
            partition->timers.outdated--;
        }
        return false;
    }
    const uint32_t index = event->payload & ~PAYLOAD_TIMER;
    TimerRecord *record = record_at(partition, index);
    record->has_entry = false;
    Entity *self = simulation_entity(partition->simulation, record->entity);
    if (!record->is_set) {
        if (record->is_resting) {
            release(self, record, index);
        }
        return false;
    }
    if (record->sequence != event->sequence) {
        push_entry(self, record, index);
        return false;
    }
    clear_set(partition, record);
    *ret_content = (EventContent){.kind = record->kind, .argument = record->argument};
    if (record->once) {
        release(self, record, index);
    }
    return true;
}

bool timer_peek(const Partition *partition, const Event *event, SimTime *ret_deadline,
                uint32_t *ret_sequence, EventContent *ret_content)
{
    if (entry_is_outdated(event, (void *)(uintptr_t)partition)) {
        return false;
    }
    const TimerRecord *record = record_at(partition, event->payload & ~PAYLOAD_TIMER);
    if (!record->is_set) {
        return false;
    }
    *ret_deadline = record->deadline;
    *ret_sequence = record->sequence;
    *ret_content = (EventContent){.kind = record->kind, .argument = record->argument};
    return true;
}
