/* SPDX-License-Identifier: MIT */
/* The hold model through the kernel's public interface: as many entities as pending events; each
 * event touches its entity, draws another one and an exponential delay, and schedules. It is what
 * ns-3's Simulator::Schedule does in the program that this one is compared with, draws included,
 * and the fingerprint on top. */
#include "tests/bench/kernel.h"

#include "tests/bench/bench.h"

#include "sim/simulation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 5

typedef struct Peer {
    Entity entity;
    uint64_t events;
    SimTime last;
    uint64_t unused[3]; /* 64 bytes of state in all */
} Peer;

/* xoshiro256++, Blackman and Vigna, https://prng.di.unimi.it */
typedef struct Draws {
    uint64_t state[4];
    uint64_t peers;
} Draws;

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static uint64_t draw(Draws *draws)
{
    uint64_t *s = draws->state;
    const uint64_t result = rotate(s[0] + s[3], 23) + s[0], moved = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= moved;
    s[3] = rotate(s[3], 45);
    return result;
}

static SimDuration draw_delay(Draws *draws)
{
    return 1 + (SimDuration)(-log((double)((draw(draws) >> 11) + 1) * 0x1p-53) * 1e9);
}

static void fire(Entity *self, const EventContent *content)
{
    Peer *peer = (Peer *)self;
    Draws *draws = simulation_context(entity_simulation(self));
    peer->events++;
    peer->last = entity_now(self);
    const EntityId target = (EntityId)((draw(draws) >> 32) * draws->peers >> 32);
    entity_schedule(self, target, draw_delay(draws), content->kind, 0);
}

double kernel_nanoseconds(uint32_t pending, uint64_t events)
{
    static const EventKind FIRE = {.name = "fire", .run = fire};
    Draws draws = {.peers = pending};
    for (unsigned i = 0; i < 4; i++) {
        draws.state[i] = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
    }
    g_autoptr(Simulation) simulation = simulation_new(&(SimulationOptions){
        .entity_count = pending,
        .entity_size_bytes = sizeof(Peer),
        .queue = event_queue_kind("ladder"),
        .context = &draws,
    });
    const unsigned kind = simulation_add_kind(simulation, &FIRE);
    for (EntityId id = 0; id < pending; id++) {
        simulation_script(simulation, draw_delay(&draws), id, kind, 0);
    }
    const double start = bench_cpu_seconds();
    simulation_run(simulation, SIM_TIME_MAX, false, events);
    return (bench_cpu_seconds() - start) / (double)simulation_events(simulation) * 1e9;
}

static int run(int argc, char **argv)
{
    static const uint32_t PENDING[] = {1000, 100000, 1000000, 10000000};
    const uint32_t only = argc > 0 ? (uint32_t)strtod(argv[0], NULL) : 0;
    const uint64_t events = argc > 1 ? (uint64_t)strtod(argv[1], NULL) : 2000000;
    for (size_t i = 0; i < (only > 0 ? 1 : G_N_ELEMENTS(PENDING)); i++) {
        const uint32_t pending = only > 0 ? only : PENDING[i];
        double values[ROUNDS];
        for (unsigned round = 0; round < ROUNDS; round++) {
            values[round] = kernel_nanoseconds(pending, events);
        }
        g_autofree char *parameters = g_strdup_printf("pending=%u delay=exp", pending);
        bench_report(&BENCH_kernel, parameters, bench_median(values, ROUNDS), "ns/event");
    }
    return 0;
}

const Bench BENCH_kernel = {.name = "kernel", .usage = "[PENDING [EVENTS]]", .run = run};
