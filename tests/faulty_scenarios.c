/* SPDX-License-Identifier: MIT */
/* Modules that break the rules of determinism on purpose, so that skein verify can be held to
 * finding the very event. Each peer ticks every 100 ms; at peer 2 the tick of number `at` puts
 * something into its next timer that depends on memory, which makes that timer's event, 100 ms
 * later, the first one that differs. One fault stays in the state of the peer, where no event shows
 * it. */
#include "scenarios/scenario_module.h"
#include "sim/mix.h"

#include <stdlib.h>

typedef struct FaultySettings {
    int64_t ticks, at;
} FaultySettings;

typedef struct FaultyState {
    uint32_t ticks;
    uint64_t memory;
} FaultyState;

enum { FAULTY_PEER = 2, TABLE_SIZE = 4096 };

static uint64_t no_fault(Host *host)
{
    (void)host;
    return 0;
}

/* An address as a value. */
static uint64_t address_fault(Host *host)
{
    return (uint64_t)(uintptr_t)host_state(host);
}

/* The order of a hash table that is keyed by addresses. */
static uint64_t order_fault(Host *host)
{
    (void)host;
    g_autoptr(GHashTable) table = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    for (unsigned i = 1; i <= TABLE_SIZE; i++) {
        g_hash_table_insert(table, g_malloc(24), GUINT_TO_POINTER(i));
    }
    GHashTableIter iterator;
    gpointer value;
    uint64_t order = 0;
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, NULL, &value)) {
        order = order * 31 + GPOINTER_TO_UINT(value);
    }
    return order;
}

/* A byte of fresh memory that nobody has written. */
static uint64_t byte_fault(Host *host)
{
    (void)host;
    void *(*volatile allocate)(size_t) = malloc;
    volatile unsigned char *bytes = allocate(3000);
    const uint64_t value = bytes[2999];
    free((void *)(uintptr_t)bytes);
    return value;
}

/* An address that stays in the state and shows in no event. */
static uint64_t state_fault(Host *host)
{
    FaultyState *state = host_state(host);
    state->memory = (uint64_t)(uintptr_t)state;
    return 0;
}

static uint64_t hash_state(const void *data)
{
    const FaultyState *state = data;
    return mix_two(state->ticks, state->memory);
}

static void tick_with(Host *host, uint64_t (*fault)(Host *host))
{
    const FaultySettings *settings = host_settings(host);
    FaultyState *state = host_state(host);
    const bool is_here = host_id(host) == FAULTY_PEER && state->ticks == settings->at;
    if (state->ticks++ < settings->ticks) {
        host_after(host, 100 * SIM_MILLISECOND, 0, is_here ? fault(host) : no_fault(host));
    }
}

#define SETTING(name, value, text)                                                                 \
    {                                                                                              \
        .key = #name, .type = SETTING_COUNT, .offset = offsetof(FaultySettings, name),             \
        .default_text = value, .minimum = "0", .help = text                                        \
    }

static const Setting SETTINGS[] = {
    SETTING(ticks, "20", "How often each peer ticks."),
    SETTING(at, "7", "The tick with the fault."),
    {0},
};

/* One module for each fault; they differ in nothing else. */
#define MODULE(fault)                                                                              \
    static void fault##_tick(Host *host, uint64_t argument)                                        \
    {                                                                                              \
        (void)argument;                                                                            \
        tick_with(host, fault##_fault);                                                            \
    }                                                                                              \
    static void fault##_start(Host *host)                                                          \
    {                                                                                              \
        tick_with(host, fault##_fault);                                                            \
    }                                                                                              \
    static const TimerAction fault##_timers[] = {{"tick", fault##_tick}, {0}};                     \
    static const Application fault##_application = {                                               \
        .name = "faulty_" #fault,                                                                  \
        .state_size_bytes = sizeof(FaultyState),                                                   \
        .dials_itself = true,                                                                      \
        .start = fault##_start,                                                                    \
        .timers = fault##_timers,                                                                  \
        .hash_state = hash_state,                                                                  \
    };                                                                                             \
    static const SettingsTable fault##_table = {"faulty_" #fault, SETTINGS,                        \
                                                sizeof(FaultySettings)};                           \
    extern const ScenarioModule SCENARIO_faulty_##fault;                                           \
    const ScenarioModule SCENARIO_faulty_##fault = {                                               \
        .name = "faulty_" #fault,                                                                  \
        .title = "A fault of determinism: " #fault,                                                \
        .settings = &fault##_table,                                                                \
        .application = &fault##_application,                                                       \
    };

MODULE(address)
MODULE(order)
MODULE(byte)
MODULE(state)
