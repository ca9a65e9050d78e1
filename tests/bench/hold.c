/* SPDX-License-Identifier: MIT */
/* The hold model, the classical load of event queues: a constant number of pending events; each one
 * that pops is replaced by one at a random delay. Every event touches 64 bytes of its target, as a
 * handler would, so that the queue has to share the caches. The result is the CPU time for one pop
 * and one push, that touching and the draws included. */
#include "tests/bench/bench.h"

#include "sim/event_queue.h"
#include "sim/mix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 5

/* 64 bytes, a cache line. */
typedef struct Target {
    uint64_t events, hash, unused[6];
} Target;

/* Quantiles of the exponential distribution with mean 1 s, so that a draw costs no logarithm. */
#define QUANTILES 1024

typedef struct Model {
    EventQueue *queue;
    Target *targets;
    size_t pending;
    uint64_t draws;
    uint32_t sequence;
    SimDuration exponential[QUANTILES + 1];
} Model;

typedef struct Distribution {
    const char *name;
    SimDuration (*delay)(const Model *model, EntityId target, uint64_t word);
} Distribution;

static SimDuration draw_exponential(const Model *model, uint64_t word)
{
    const size_t i = word % QUANTILES;
    const SimDuration low = model->exponential[i], width = model->exponential[i + 1] - low;
    return 1 + low + (SimDuration)((word >> 32) * ((uint64_t)width >> 10) >> 22);
}

static SimDuration delay_exp(const Model *model, EntityId target, uint64_t word)
{
    (void)target;
    return draw_exponential(model, word);
}

/* One in ten is a hundred times as long. */
static SimDuration delay_bimodal(const Model *model, EntityId target, uint64_t word)
{
    (void)target;
    const SimDuration delay = draw_exponential(model, word);
    return 1 + ((word >> 10 & 0xffff) < 6554 ? delay * 10 : delay / 10);
}

static SimDuration delay_const(const Model *model, EntityId target, uint64_t word)
{
    (void)model;
    (void)target;
    (void)word;
    return 50 * SIM_MILLISECOND;
}

/* Links of 5 to 50 ms, with a jitter of 1 ms. */
static SimDuration delay_net(const Model *model, EntityId target, uint64_t word)
{
    const SimDuration latency =
        5 * SIM_MILLISECOND +
        (SimDuration)(target * UINT64_C(2654435761) % (uint64_t)(45 * SIM_MILLISECOND));
    return latency + draw_exponential(model, word) / 1000;
}

static const Distribution DISTRIBUTIONS[] = {
    {"exp", delay_exp},
    {"bimodal", delay_bimodal},
    {"const", delay_const},
    {"net", delay_net},
};

static void schedule(Model *model, const Distribution *distribution, SimTime now, EntityId self,
                     EntityId target)
{
    const uint64_t word = mix_two(7, ++model->draws);
    event_queue_push(model->queue, (Event){.time = now + distribution->delay(model, target, word),
                                           .origin = self + 1,
                                           .sequence = ++model->sequence,
                                           .target = target});
}

static void fill(Model *model, const Distribution *distribution)
{
    for (size_t i = 0; i < model->pending; i++) {
        /* Staggered, so that constant delays do not come all at once. */
        const SimTime start = (SimTime)(mix_two(11, i) % (uint64_t)(50 * SIM_MILLISECOND));
        schedule(model, distribution, start, (EntityId)i, (EntityId)i);
    }
}

static void hold(Model *model, const Distribution *distribution, size_t operations)
{
    Event event = {0};
    for (size_t i = 0; i < operations; i++) {
        const bool is_there = event_queue_pop_before(model->queue, SIM_TIME_MAX, &event);
        g_assert(is_there);
        Target *at = &model->targets[event.target];
        at->events++;
        at->hash = mix_two(at->hash, (uint64_t)event.time);
        const uint64_t word = mix_two(13, ++model->draws) >> 32;
        schedule(model, distribution, event.time, event.target,
                 (EntityId)(word * model->pending >> 32));
    }
}

static double measure(const EventQueueKind *kind, const Distribution *distribution, size_t pending)
{
    g_autoptr(EventQueue) queue = kind->new ();
    g_autofree Target *targets = g_new0(Target, pending);
    Model model = {.queue = queue, .targets = targets, .pending = pending};
    for (size_t i = 0; i <= QUANTILES; i++) {
        const double tail = ((double)(QUANTILES - i) + 0.5) / (QUANTILES + 1);
        model.exponential[i] = (SimDuration)(-log(tail) * 1e9);
    }
    const size_t operations = CLAMP(4 * pending, 500000, 2000000);
    fill(&model, distribution);
    hold(&model, distribution, MAX(pending, operations / 4));
    const double start = bench_cpu_seconds();
    hold(&model, distribution, operations);
    return (bench_cpu_seconds() - start) / (double)operations * 1e9;
}

/* Every kind of queue in turn, so that each meets the same noise. */
static void compare(const char *only, const Distribution *distribution, size_t pending)
{
    const char *const *names = event_queue_names();
    const guint count = g_strv_length((char **)(uintptr_t)names);
    g_autofree double *values = g_new0(double, count *ROUNDS);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (guint k = 0; k < count; k++) {
            if (only == NULL || strcmp(only, names[k]) == 0) {
                values[k * ROUNDS + round] =
                    measure(event_queue_kind(names[k]), distribution, pending);
            }
        }
    }
    for (guint k = 0; k < count; k++) {
        if (only == NULL || strcmp(only, names[k]) == 0) {
            g_autofree char *parameters = g_strdup_printf("queue=%s pending=%zu delay=%s", names[k],
                                                          pending, distribution->name);
            bench_report(&BENCH_hold, parameters, bench_median(values + k * ROUNDS, ROUNDS), "ns");
        }
    }
}

static int run(int argc, char **argv)
{
    static const size_t pending[] = {20, 1000, 100000, 1000000, 10000000};
    const char *only = argc > 0 && strcmp(argv[0], "all") != 0 ? argv[0] : NULL;
    if (only != NULL && event_queue_kind(only) == NULL) {
        fprintf(stderr, "hold: no queue %s\n", only);
        return 2;
    }
    const size_t chosen = argc > 1 ? (size_t)strtod(argv[1], NULL) : 0;
    for (size_t i = 0; i < (chosen > 0 ? 1 : G_N_ELEMENTS(pending)); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(DISTRIBUTIONS); k++) {
            if (argc < 3 || strcmp(argv[2], DISTRIBUTIONS[k].name) == 0) {
                compare(only, &DISTRIBUTIONS[k], chosen > 0 ? chosen : pending[i]);
            }
        }
    }
    return 0;
}

const Bench BENCH_hold = {
    .name = "hold",
    .usage = "[QUEUE|all [PENDING [exp|bimodal|const|net]]]",
    .run = run,
};
