/* SPDX-License-Identifier: MIT */
/* A ladder queue, after Tang, Goh and Thng (ACM TOMACS 15, 2005), with bucket widths that are
 * powers of two. Events are sorted as late and as few at a time as possible:
 *
 *     top     far future, unsorted: time > spread_last
 *     rungs   buckets of equal width, the first rung the coarsest. A rung lies inside one bucket
 *             of the rung before it, the one that came next when the rung was made. Bucket
 *             `current` and those after it take events; the last one also takes all that is later
 *             but before the boundary of the rung above.
 *     near    earlier than the boundary of the last rung: the run, which is the bucket being
 *             drained, sorted, with what was pushed since near one of its ends; and a heap for
 *             what was pushed between. Where there is a lookout, the next bucket is put
 *             behind the run before that ends, so that the lookout sees as far as it wants.
 *
 * A push looks where its time belongs, from the top down, and appends. A pop takes the first of
 * run and heap. When both are empty, the next bucket is sorted to be the run; or, if it holds too
 * many, spread over a new rung as wide as the events in it, so that a cluster of events costs one
 * step however narrow it is. When there is no rung, the top is spread. Where times cannot be told
 * apart, or rungs would become too many, the bucket is sorted whole. So an event is copied a
 * bounded number of times and sorted once, whatever the times are.
 *
 * Few events live near alone: spread_last is then the end of time. What is near is spread over
 * a rung when the heap grows beyond NEAR_MAX and the run. That bounds the work also when everything
 * is pushed before what had been looked at first. */
#include "sim/event_heap.h"
#include "sim/event_queue.h"
#include "sim/event_run.h"
#include "sim/event_rung.h"

/* Ten bits a rung take 64-bit times apart in seven. */
#define RUNGS_MAX 8
/* Events from one step of the lookout to the next: what they touch must stay in the first-level
 * cache. */
#define LOOK_STRIDE 8
/* So many in the heap are few, and half as many in the whole queue. */
#define NEAR_MAX 64

typedef struct LadderQueue {
    EventQueue queue;

    /* Near. */
    EventRun run;
    EventHeap heap;

    unsigned rung_count;
    EventRung rungs[RUNGS_MAX]; /* none in use is empty */

    SimTime spread_last; /* what comes later goes to the top */
    EventList top;
    EventSpread top_spread;

    EventChunkPool pool; /* of the rungs and the top */
    uint64_t moves;      /* other than those of run and heap */
} LadderQueue;

static inline void top_add(LadderQueue *self, const Event *event)
{
    event_spread_add(&self->top_spread, event->time);
    event_list_append(&self->top, &self->pool, event);
}

/* Spreads events that lie before all rungs. Nothing is near. */
static void spread(LadderQueue *self, EventList list, const EventSpread *events)
{
    if (self->rung_count == 0) {
        self->spread_last = events->last;
    }
    if (events->first == events->last || self->rung_count == RUNGS_MAX) {
        event_run_load(&self->run, list, &self->pool);
        return;
    }
    self->moves += events->count;
    EventRung *rung = &self->rungs[self->rung_count++];
    event_rung_prepare(rung, events);
    EventChunk *chunk;
    while (event_list_take_chunk(&list, &chunk)) {
        for (size_t i = 0; i < chunk->count; i++) {
            event_rung_add(rung, &self->pool, &chunk->events[i]);
        }
        event_chunk_pool_give(&self->pool, chunk);
    }
}

/* The same where it is not known how they lie, which costs a look at each event. It also brings the
 * events into the cache, where spreading finds them. */
static void measure_and_spread(LadderQueue *self, EventList list)
{
    EventSpread events = {.count = 0};
    for (const EventChunk *chunk = NULL; (chunk = event_list_next(list, chunk)) != NULL;) {
        event_chunk_prefetch(chunk->next->next);
        for (size_t i = 0; i < chunk->count; i++) {
            event_spread_add(&events, chunk->events[i].time);
        }
    }
    spread(self, list, &events);
}

/* How many events ahead of the next one a step of the lookout is told of. */
static inline size_t look_distance(const EventLookout *lookout, unsigned step)
{
    return (size_t)(lookout->steps + 1 - step) * LOOK_STRIDE;
}

/* Tells the lookout of what has come within each distance since `known` events were near. */
static void look_at_loaded(const LadderQueue *self, size_t known)
{
    const EventLookout *lookout = &self->queue.lookout;
    const size_t count = event_run_count(&self->run);
    for (unsigned step = 0; step <= lookout->steps; step++) {
        const size_t end = MIN(count, look_distance(lookout, step));
        for (size_t i = known; i < end; i++) {
            lookout->fetch(lookout->data, &self->run.next[i], step);
        }
    }
}

/* The same as one event is popped. */
static inline void look_ahead(const LadderQueue *self)
{
    const EventLookout *lookout = &self->queue.lookout;
    for (unsigned step = 0; step <= lookout->steps; step++) {
        const Event *event = self->run.next + look_distance(lookout, step) - 1;
        if (event < self->run.end) {
            lookout->fetch(lookout->data, event, step);
        }
    }
}

/* The next bucket that is not empty, of the last rung. */
static EventList take_bucket(LadderQueue *self)
{
    EventRung *rung = &self->rungs[self->rung_count - 1];
    const EventList list = event_rung_take(rung);
    self->rung_count -= rung->count == 0;
    return list;
}

/* What is near has become too much for the heap. */
static void spread_near(LadderQueue *self)
{
    EventList list = {NULL};
    for (; self->run.next < self->run.end; self->run.next++) {
        event_list_append(&list, &self->pool, self->run.next);
    }
    for (size_t i = 0; i < self->heap.count; i++) {
        event_list_append(&list, &self->pool, &self->heap.events[i]);
    }
    self->heap.count = 0;
    measure_and_spread(self, list);
}

static EventList take_top(LadderQueue *self)
{
    const EventList top = self->top;
    self->top.last = NULL;
    self->top_spread = (EventSpread){.count = 0};
    return top;
}

static void top_near(LadderQueue *self)
{
    EventList top = take_top(self);
    EventChunk *chunk;
    while (event_list_take_chunk(&top, &chunk)) {
        for (size_t i = 0; i < chunk->count; i++) {
            if (!event_run_insert(&self->run, &chunk->events[i])) {
                event_heap_push(&self->heap, chunk->events[i]);
            }
        }
        event_chunk_pool_give(&self->pool, chunk);
    }
    self->spread_last = SIM_TIME_MAX;
}

/* Takes the next bucket into the run; or makes a rung of it, where it holds too many. */
static void take_near(LadderQueue *self)
{
    const EventList list = take_bucket(self);
    if (event_list_count(list) > EVENT_RUN_SORTED) {
        measure_and_spread(self, list);
        return;
    }
    event_run_load(&self->run, list, &self->pool);
}

/* Brings the next events near, where nothing is. False when there is no event. */
static G_GNUC_NO_INLINE bool refill(LadderQueue *self)
{
    event_run_shrink(&self->run);
    while (event_run_has_ended(&self->run)) {
        if (self->rung_count > 0) {
            take_near(self);
        } else if (event_list_count(self->top) <= NEAR_MAX / 2) {
            top_near(self);
            return !event_run_has_ended(&self->run);
        } else {
            const EventSpread events = self->top_spread;
            spread(self, take_top(self), &events);
        }
    }
    if (self->queue.lookout.fetch != NULL) {
        look_at_loaded(self, 0);
    }
    return true;
}

/* Lets the run reach as far as the lookout wants to see. */
static G_GNUC_NO_INLINE void extend(LadderQueue *self, size_t reach)
{
    const size_t known = event_run_count(&self->run);
    while (event_run_count(&self->run) < reach && self->rung_count > 0) {
        take_near(self);
    }
    look_at_loaded(self, known);
}

/* True when the first event, which is near, is that of the heap. */
static inline bool heap_is_first(const LadderQueue *self)
{
    return self->heap.count > 0 &&
           (event_run_has_ended(&self->run) || event_before(&self->heap.events[0], self->run.next));
}

/* False when there is no event. */
static inline bool bring_near(LadderQueue *self)
{
    return !event_run_has_ended(&self->run) || self->heap.count > 0 || refill(self);
}

static EventQueue *ladder_queue_new(void)
{
    LadderQueue *self = g_new0(LadderQueue, 1);
    self->queue.kind = &EVENT_QUEUE_LADDER;
    /* What is known before the run is spread at once when the run starts. */
    self->spread_last = INT64_MIN;
    return &self->queue;
}

static void ladder_queue_free(EventQueue *queue)
{
    LadderQueue *self = (LadderQueue *)queue;
    event_chunk_pool_clear(&self->pool);
    event_heap_clear(&self->heap);
    for (unsigned k = 0; k < RUNGS_MAX; k++) {
        event_rung_clear(&self->rungs[k]);
    }
    event_run_clear(&self->run);
    g_free(self);
}

/* Out of line, so that the usual push saves no registers. */
static G_GNUC_NO_INLINE void push_near(LadderQueue *self, SimTime time, uint32_t origin,
                                       uint32_t sequence, EntityId target, uint32_t payload)
{
    const Event event = {time, origin, sequence, target, payload};
    if (event_run_insert(&self->run, &event)) {
        return;
    }
    event_heap_push(&self->heap, event);
    if (self->heap.count > NEAR_MAX && self->heap.count > NEAR_MAX + event_run_count(&self->run)) {
        spread_near(self);
    }
}

static void ladder_queue_push(EventQueue *queue, SimTime time, uint32_t origin, uint32_t sequence,
                              EntityId target, uint32_t payload)
{
    LadderQueue *self = (LadderQueue *)queue;
    const Event event = {time, origin, sequence, target, payload};
    if (time > self->spread_last) {
        top_add(self, &event);
        return;
    }
    const EventRung *end = self->rungs + self->rung_count;
    for (EventRung *rung = self->rungs; rung < end; rung++) {
        if (time >= rung->boundary) {
            event_rung_add(rung, &self->pool, &event);
            return;
        }
    }
    push_near(self, time, origin, sequence, target, payload);
}

static bool ladder_queue_peek(EventQueue *queue, Event *ret_event)
{
    LadderQueue *self = (LadderQueue *)queue;
    if (!bring_near(self)) {
        return false;
    }
    *ret_event = heap_is_first(self) ? self->heap.events[0] : *self->run.next;
    return true;
}

static G_GNUC_NO_INLINE bool pop_heap_before(LadderQueue *self, SimTime limit, Event *ret_event)
{
    if (self->heap.events[0].time >= limit) {
        return false;
    }
    *ret_event = event_heap_pop(&self->heap);
    return true;
}

static bool ladder_queue_pop_before(EventQueue *queue, SimTime limit, Event *ret_event)
{
    LadderQueue *self = (LadderQueue *)queue;
    if (!bring_near(self)) {
        return false;
    }
    if (heap_is_first(self)) {
        return pop_heap_before(self, limit, ret_event);
    }
    if (self->run.next->time >= limit) {
        return false;
    }
    *ret_event = *self->run.next++;
    if (self->queue.lookout.fetch != NULL) {
        const size_t reach = look_distance(&self->queue.lookout, 0);
        look_ahead(self);
        if (event_run_count(&self->run) < reach && self->rung_count > 0) {
            extend(self, reach);
        }
    }
    return true;
}

static size_t ladder_queue_count(const EventQueue *queue)
{
    const LadderQueue *self = (const LadderQueue *)queue;
    size_t count = event_run_count(&self->run) + self->heap.count + event_list_count(self->top);
    for (unsigned k = 0; k < self->rung_count; k++) {
        count += self->rungs[k].count;
    }
    return count;
}

static size_t ladder_queue_size_bytes(const EventQueue *queue)
{
    const LadderQueue *self = (const LadderQueue *)queue;
    size_t size_bytes = sizeof *self + self->pool.size_bytes +
                        (self->run.capacity + self->heap.capacity) * sizeof(Event);
    for (unsigned k = 0; k < RUNGS_MAX; k++) {
        size_bytes +=
            self->rungs[k].buckets == NULL ? 0 : EVENT_RUNG_BUCKETS_MAX * sizeof(EventList);
    }
    return size_bytes;
}

static uint64_t ladder_queue_moves(const EventQueue *queue)
{
    const LadderQueue *self = (const LadderQueue *)queue;
    return self->moves + self->heap.moves + self->run.moves;
}

static void each_in_array(const Event *events, size_t count,
                          void (*visit)(const Event *event, void *data), void *data)
{
    for (size_t i = 0; i < count; i++) {
        visit(&events[i], data);
    }
}

static void ladder_queue_each(const EventQueue *queue,
                              void (*visit)(const Event *event, void *data), void *data)
{
    const LadderQueue *self = (const LadderQueue *)queue;
    each_in_array(self->run.next, event_run_count(&self->run), visit, data);
    each_in_array(self->heap.events, self->heap.count, visit, data);
    for (unsigned k = 0; k < self->rung_count; k++) {
        event_rung_each(&self->rungs[k], visit, data);
    }
    event_list_each(self->top, visit, data);
}

static void keep_living(LadderQueue *self, EventList list,
                        bool (*is_dead)(const Event *event, void *data), void *data)
{
    EventChunk *chunk;
    while (event_list_take_chunk(&list, &chunk)) {
        for (size_t i = 0; i < chunk->count; i++) {
            if (!is_dead(&chunk->events[i], data)) {
                top_add(self, &chunk->events[i]);
            }
        }
        event_chunk_pool_give(&self->pool, chunk);
    }
}

/* All that lives goes to the top, to be spread anew by the next pop. */
static void ladder_queue_sweep(EventQueue *queue, bool (*is_dead)(const Event *event, void *data),
                               void *data)
{
    LadderQueue *self = (LadderQueue *)queue;
    self->moves += ladder_queue_count(queue);
    const EventList top = take_top(self);
    for (; self->run.next < self->run.end; self->run.next++) {
        if (!is_dead(self->run.next, data)) {
            top_add(self, self->run.next);
        }
    }
    for (size_t i = 0; i < self->heap.count; i++) {
        if (!is_dead(&self->heap.events[i], data)) {
            top_add(self, &self->heap.events[i]);
        }
    }
    self->heap.count = 0;
    while (self->rung_count > 0) {
        keep_living(self, take_bucket(self), is_dead, data);
    }
    keep_living(self, top, is_dead, data);
    self->spread_last = INT64_MIN;
}

static void ladder_queue_check(const EventQueue *queue)
{
    const LadderQueue *self = (const LadderQueue *)queue;
    SimTime last = self->spread_last; /* that the next rung may hold, and then what is near */
    for (unsigned k = 0; k < self->rung_count; k++) {
        event_rung_check(&self->rungs[k], last);
        last = self->rungs[k].boundary - 1;
    }
    for (const Event *event = self->run.next; event < self->run.end; event++) {
        g_assert(event->time <= last);
    }
    for (size_t i = 0; i < self->heap.count; i++) {
        g_assert(self->heap.events[i].time <= last);
    }
    event_run_check(&self->run);
    event_heap_check(&self->heap);
    event_list_check(self->top);
    for (const EventChunk *chunk = NULL; (chunk = event_list_next(self->top, chunk)) != NULL;) {
        for (size_t i = 0; i < chunk->count; i++) {
            const SimTime time = chunk->events[i].time;
            g_assert(time > self->spread_last);
            g_assert(time >= self->top_spread.first && time <= self->top_spread.last);
        }
    }
}

const EventQueueKind EVENT_QUEUE_LADDER = {
    .name = "ladder",
    .new = ladder_queue_new,
    .free = ladder_queue_free,
    .push = ladder_queue_push,
    .peek = ladder_queue_peek,
    .pop_before = ladder_queue_pop_before,
    .count = ladder_queue_count,
    .size_bytes = ladder_queue_size_bytes,
    .moves = ladder_queue_moves,
    .each = ladder_queue_each,
    .sweep = ladder_queue_sweep,
    .check = ladder_queue_check,
};
