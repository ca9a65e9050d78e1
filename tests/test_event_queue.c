/* SPDX-License-Identifier: MIT */
/* Every kind of queue against a sorted array, which is right by being simple, over workloads that
 * are kind or unkind to it; then what must stay bounded: memory, and work counted in moves. */
#include "tests/suite.h"

#include "sim/event_queue.h"
#include "sim/random.h"

#include <stdio.h>
#include <string.h>

/* The delay from now of the event that is pushed; step counts the operations. */
typedef SimDuration (*DelayDraw)(uint64_t word, uint64_t step);

static SimDuration delay_uniform(uint64_t word, uint64_t step)
{
    (void)step;
    return (SimDuration)random_below(word, 1000000);
}

static SimDuration delay_coarse(uint64_t word, uint64_t step)
{
    (void)step;
    return (SimDuration)random_below(word, 4) * 1000;
}

static SimDuration delay_bimodal(uint64_t word, uint64_t step)
{
    (void)step;
    return (SimDuration)random_below(word, (word & 15) == 0 ? INT64_C(10000000000) : 10000);
}

static SimDuration delay_constant(uint64_t word, uint64_t step)
{
    (void)word;
    (void)step;
    return 50 * SIM_MILLISECOND;
}

static SimDuration delay_none(uint64_t word, uint64_t step)
{
    (void)word;
    (void)step;
    return 0;
}

static SimDuration delay_bursty(uint64_t word, uint64_t step)
{
    return (SimDuration)(step / 200 % 2) * SIM_SECOND + (SimDuration)(word & 3);
}

static SimDuration delay_network(uint64_t word, uint64_t step)
{
    (void)step;
    return 5 * SIM_MILLISECOND + (SimDuration)random_below(word, 45 * SIM_MILLISECOND);
}

/* Mostly about a microsecond, sometimes a year: 2^0 to 2^54 ns, each power as likely. */
static SimDuration delay_sparse(uint64_t word, uint64_t step)
{
    (void)step;
    return (INT64_C(1) << random_below(word, 55)) + (SimDuration)(word & 1);
}

/* Each earlier than the one before, in sweeps of 500. */
static SimDuration delay_falling(uint64_t word, uint64_t step)
{
    (void)word;
    return (SimDuration)(500 - step % 500) * 1000;
}

static SimDuration delay_rising(uint64_t word, uint64_t step)
{
    (void)word;
    return (SimDuration)(step % 500) * 1000;
}

typedef struct Workload {
    const char *name;
    DelayDraw delay;
    SimTime start;
} Workload;

static const Workload WORKLOADS[] = {
    {"uniform", delay_uniform, 0},
    {"coarse", delay_coarse, 0},
    {"bimodal", delay_bimodal, 0},
    {"constant", delay_constant, 0},
    {"none", delay_none, 17},
    {"bursty", delay_bursty, 0},
    {"network", delay_network, 0},
    {"sparse", delay_sparse, 0},
    {"falling", delay_falling, 0},
    {"rising", delay_rising, 0},
    {"across zero", delay_uniform, -1000000},
    {"from a negative time", delay_sparse, -SIM_TIME_MAX},
    {"at the end of time", delay_sparse, SIM_TIME_MAX - 1000},
    {"up to the end of time", delay_uniform, SIM_TIME_MAX - 1000000},
};
static const size_t WORKLOAD_COUNT = sizeof WORKLOADS / sizeof WORKLOADS[0];

/* A queue and what it should hold: the same events, the last of the array first to pop. */
typedef struct Pair {
    const Workload *workload;
    EventQueue *queue;
    GArray *sorted; /* of Event */
    SimTime now;
    Event popped; /* the last one */
    uint64_t key, draws;
    uint32_t sequence;
    size_t count_max;
} Pair;

static uint64_t draw(Pair *pair, uint64_t bound)
{
    return random_below(random_word(pair->key, pair->draws++), bound);
}

static void require(const Pair *pair, bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s queue, workload %s: %s\n", pair->queue->kind->name,
                pair->workload->name, what);
        CU_FAIL_FATAL("see above");
    }
}

static bool is_same(const Event *a, const Event *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void push(Pair *pair, Event event)
{
    event_queue_push(pair->queue, event);
    guint low = 0, high = pair->sorted->len;
    while (low < high) {
        const guint middle = (low + high) / 2;
        if (event_before(&event, &g_array_index(pair->sorted, Event, middle))) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    g_array_insert_val(pair->sorted, low, event);
    pair->count_max = MAX(pair->count_max, pair->sorted->len);
}

static void push_next(Pair *pair)
{
    SimTime time;
    const SimDuration delay =
        pair->workload->delay(random_word(pair->key, pair->draws), pair->draws);
    pair->draws++;
    if (__builtin_add_overflow(pair->now, delay, &time)) {
        time = SIM_TIME_MAX;
    }
    /* At the instant of the last event only keys after its own may still come. */
    const uint32_t least = time == pair->popped.time ? pair->popped.origin : 0;
    const uint64_t origins = draw(pair, 4) == 0 ? UINT32_MAX : 50;
    push(pair, (Event){.time = time,
                       .origin = least + (uint32_t)draw(
                                             pair, MIN(origins, (uint64_t)UINT32_MAX - least + 1)),
                       .sequence = ++pair->sequence,
                       .target = (EntityId)draw(pair, 1000),
                       .payload = (uint32_t)draw(pair, 7)});
}

static void pop(Pair *pair, SimTime limit)
{
    Event event = {.time = -99}, first = {.time = -99};
    const guint count = pair->sorted->len;
    const Event *expected = count == 0 ? NULL : &g_array_index(pair->sorted, Event, count - 1);
    if (draw(pair, 4) == 0) {
        const bool has_first = event_queue_peek(pair->queue, &first);
        require(pair, has_first == (expected != NULL), "peek finds an event if there is one");
        require(pair, is_same(&first, expected == NULL ? &event : expected),
                "peek gives the first");
    }
    const bool is_due = expected != NULL && expected->time < limit;
    require(pair, event_queue_pop_before(pair->queue, limit, &event) == is_due,
            "pop keeps to its limit");
    if (!is_due) {
        require(pair, event.time == -99, "a refused pop returns nothing");
        return;
    }
    require(pair, is_same(&event, expected), "pop gives the first");
    pair->now = event.time;
    pair->popped = event;
    g_array_set_size(pair->sorted, count - 1);
}

/* What a queue that never held more than count_max events may take. */
static size_t size_bytes_max(size_t count_max)
{
    return 8 * count_max * sizeof(Event) + (64 << 10);
}

typedef struct Sum {
    size_t count;
    uint64_t mix;
} Sum;

static void add_to_sum(const Event *event, void *data)
{
    Sum *sum = data;
    sum->count++;
    sum->mix += random_word((uint64_t)event->time, (uint64_t)event->origin << 32 | event->sequence);
}

static void inspect(const Pair *pair)
{
    const EventQueueKind *kind = pair->queue->kind;
    kind->check(pair->queue);
    Sum sum = {0}, expected = {0};
    kind->each(pair->queue, add_to_sum, &sum);
    for (guint i = 0; i < pair->sorted->len; i++) {
        add_to_sum(&g_array_index(pair->sorted, Event, i), &expected);
    }
    require(pair, sum.count == expected.count && sum.mix == expected.mix, "each visits each");
    require(pair, event_queue_count(pair->queue) == expected.count, "count counts");
    require(pair, kind->size_bytes(pair->queue) <= size_bytes_max(pair->count_max),
            "memory is a small multiple of the events");
}

static bool has_payload(const Event *event, void *data)
{
    return event->payload == *(const uint32_t *)data;
}

static void sweep(Pair *pair)
{
    uint32_t payload = (uint32_t)draw(pair, 7);
    pair->queue->kind->sweep(pair->queue, has_payload, &payload);
    guint living = 0;
    for (guint i = 0; i < pair->sorted->len; i++) {
        const Event event = g_array_index(pair->sorted, Event, i);
        if (event.payload != payload) {
            g_array_index(pair->sorted, Event, living++) = event;
        }
    }
    g_array_set_size(pair->sorted, living);
}

static SimTime soon_after(Pair *pair)
{
    const SimDuration delay = (SimDuration)draw(pair, 1000);
    return pair->now > SIM_TIME_MAX - delay ? SIM_TIME_MAX : pair->now + delay;
}

/* The queue grows to `pending`, holds there, and empties, twice. */
static void run_workload(const EventQueueKind *kind, const Workload *workload, size_t pending)
{
    g_autoptr(EventQueue) queue = kind->new ();
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(Event));
    Pair pair = {.queue = queue,
                 .sorted = sorted,
                 .workload = workload,
                 .now = workload->start,
                 .popped = {.time = INT64_MIN},
                 .key = random_key(5, random_purpose(workload->name), 0, 0)};
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned phase = 0; phase < 3; phase++) {
            for (size_t step = 0; step < 2 * pending; step++) {
                const size_t pushes = (size_t[]){2, 1, 0}[phase];
                for (size_t i = 0; i < pushes; i++) {
                    push_next(&pair);
                }
                pop(&pair, draw(&pair, 8) == 0 ? soon_after(&pair) : SIM_TIME_MAX);
                if (step % 256 == 0) {
                    inspect(&pair);
                }
                if (phase == 1 && draw(&pair, pending) == 0) {
                    sweep(&pair);
                    inspect(&pair);
                }
            }
        }
    }
}

static void each_kind(void (*test)(const EventQueueKind *kind))
{
    for (const char *const *name = event_queue_names(); *name != NULL; name++) {
        test(event_queue_kind(*name));
    }
}

static void test_workloads(const EventQueueKind *kind)
{
    for (size_t i = 0; i < WORKLOAD_COUNT; i++) {
        run_workload(kind, &WORKLOADS[i], 3);
        run_workload(kind, &WORKLOADS[i], 70);
        run_workload(kind, &WORKLOADS[i], 500);
    }
}

static void event_queue_pops_in_key_order(void)
{
    each_kind(test_workloads);
    CU_PASS("asserted on the way");
}

static void test_empty(const EventQueueKind *kind)
{
    g_autoptr(EventQueue) queue = kind->new ();
    Event event;
    kind->check(queue);
    CU_ASSERT_EQUAL(event_queue_count(queue), 0);
    CU_ASSERT_FALSE(event_queue_peek(queue, &event));
    CU_ASSERT_FALSE(event_queue_pop_before(queue, SIM_TIME_MAX, &event));
    uint32_t payload = 0;
    kind->sweep(queue, has_payload, &payload);
    event_queue_push(queue, (Event){.time = 5});
    kind->sweep(queue, has_payload, &payload);
    CU_ASSERT_EQUAL(event_queue_count(queue), 0);
    CU_ASSERT_FALSE(event_queue_peek(queue, &event));
}

static void event_queue_may_be_empty(void)
{
    each_kind(test_empty);
}

/* The refused pop has looked at 1 s, perhaps made it ready; what comes later may be due earlier. */
static void test_refusal(const EventQueueKind *kind)
{
    g_autoptr(EventQueue) queue = kind->new ();
    Event event;
    event_queue_push(queue, (Event){.time = SIM_SECOND});
    CU_ASSERT_FALSE(event_queue_pop_before(queue, SIM_SECOND, &event));
    for (SimTime time = 20000; time > 0; time--) {
        event_queue_push(queue, (Event){.time = time});
    }
    kind->check(queue);
    for (SimTime time = 1; time <= 20000; time++) {
        CU_ASSERT_FATAL(event_queue_pop_before(queue, SIM_SECOND, &event));
        CU_ASSERT_EQUAL_FATAL(event.time, time);
    }
    CU_ASSERT_FALSE(event_queue_pop_before(queue, SIM_SECOND, &event));
    CU_ASSERT_TRUE(event_queue_pop_before(queue, SIM_SECOND + 1, &event));
    CU_ASSERT_EQUAL(event.time, SIM_SECOND);
}

static void event_queue_takes_events_before_a_refused_one(void)
{
    each_kind(test_refusal);
}

/* Pushes `count` events at one instant, in no order. */
static void push_instant(EventQueue *queue, SimTime time, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        /* An odd factor permutes the 32-bit numbers. */
        event_queue_push(queue, (Event){.time = time, .origin = i * UINT32_C(2654435761)});
    }
}

/* Each of the events goes back once, under a key that comes a little later. */
static void test_instant(const EventQueueKind *kind, uint32_t count)
{
    g_autoptr(EventQueue) queue = kind->new ();
    push_instant(queue, 7, count);
    CU_ASSERT(kind->size_bytes(queue) <= size_bytes_max(count));
    Event event, before = {.time = 0};
    uint32_t popped = 0;
    bool in_order = true;
    while (event_queue_pop_before(queue, 8, &event)) {
        in_order = in_order && event_before(&before, &event);
        before = event;
        if (popped++ == 0) {
            CU_ASSERT(kind->size_bytes(queue) <= size_bytes_max(count));
        }
        if (event.sequence == 0) {
            event.sequence = 1;
            event.origin += event.origin < UINT32_MAX / 2 ? 1000 : 0;
            event_queue_push(queue, event);
        }
    }
    CU_ASSERT(in_order);
    CU_ASSERT_EQUAL(popped, 2 * count);
    /* A sort needs about 20 moves an event; anything quadratic would need a million. */
    CU_ASSERT(kind->moves(queue) <= UINT64_C(40) * popped);
    CU_ASSERT(kind->size_bytes(queue) <= 4 << 20);
}

static void test_short_instant(const EventQueueKind *kind)
{
    test_instant(kind, 50000);
}

static void event_queue_bears_a_million_events_at_one_instant(void)
{
    each_kind(test_short_instant);
    test_instant(&EVENT_QUEUE_LADDER, 1000000);
}

/* The work of one workload at a size where anything worse than n log n would show. */
static void measure_work(const EventQueueKind *kind, const Workload *workload, size_t pending)
{
    g_autoptr(EventQueue) queue = kind->new ();
    const uint64_t key = random_key(9, random_purpose(workload->name), 0, 0);
    Event event = {.time = workload->start};
    uint64_t pops = 0;
    size_t size_bytes_largest = 0;
    for (uint64_t step = 0; step < 3 * pending; step++) {
        Event next = {.origin = event.origin, .sequence = (uint32_t)step + 1};
        const SimDuration delay = workload->delay(random_word(key, step), step);
        if (__builtin_add_overflow(event.time, delay, &next.time)) {
            next.time = SIM_TIME_MAX;
        }
        event_queue_push(queue, next);
        if (step >= pending && event_queue_pop_before(queue, SIM_TIME_MAX, &event)) {
            pops++;
        }
        if (step % 64 == 0) {
            size_bytes_largest = MAX(size_bytes_largest, kind->size_bytes(queue));
        }
    }
    /* The most that either kind needs is 3.8, for the heap and falling times. */
    const bool is_bounded = kind->moves(queue) <= 5 * (3 * pending + pops);
    const bool is_small = size_bytes_largest <= size_bytes_max(3 * pending);
    if (!is_bounded || !is_small) {
        fprintf(stderr, "%s queue, workload %s, %zu pending: %.1f moves an operation, %zu bytes\n",
                kind->name, workload->name, pending,
                (double)kind->moves(queue) / (double)(3 * pending + pops), size_bytes_largest);
    }
    CU_ASSERT(is_bounded);
    CU_ASSERT(is_small);
}

static void test_work(const EventQueueKind *kind)
{
    for (size_t i = 0; i < WORKLOAD_COUNT; i++) {
        measure_work(kind, &WORKLOADS[i], 100);
        measure_work(kind, &WORKLOADS[i], 20000);
    }
}

static void event_queue_work_grows_with_the_events(void)
{
    each_kind(test_work);
}

static void event_queue_kinds_have_names(void)
{
    CU_ASSERT_PTR_EQUAL(event_queue_kind("heap"), &EVENT_QUEUE_HEAP);
    CU_ASSERT_PTR_NULL(event_queue_kind("Heap"));
    CU_ASSERT_PTR_NULL(event_queue_kind(""));
    for (const char *const *name = event_queue_names(); *name != NULL; name++) {
        const EventQueueKind *kind = event_queue_kind(*name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(kind);
        CU_ASSERT_STRING_EQUAL(kind->name, *name);
    }
    event_queue_free(NULL);
}

CU_TestInfo suite_event_queue[] = {
    {"event_queue_pops_in_key_order", event_queue_pops_in_key_order},
    {"event_queue_may_be_empty", event_queue_may_be_empty},
    {"event_queue_takes_events_before_a_refused_one",
     event_queue_takes_events_before_a_refused_one},
    {"event_queue_bears_a_million_events_at_one_instant",
     event_queue_bears_a_million_events_at_one_instant},
    {"event_queue_work_grows_with_the_events", event_queue_work_grows_with_the_events},
    {"event_queue_kinds_have_names", event_queue_kinds_have_names},
    CU_TEST_INFO_NULL,
};
