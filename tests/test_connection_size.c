/* SPDX-License-Identifier: MIT */
/* What an idle connection takes with all its layers, both halves together: its structs, and all
 * that the process has more of than before the dials, however it was allocated. */
#include "tests/suite.h"

#include "models/layered.h"
#include "models/network_memory.h"
#include "tests/toy_network.h"

#include <malloc.h>

/* At each end a timer of the layers. */
enum { CONNECTIONS = 1500, TIMERS = 2, STRUCTS_BYTES_MAX = 1800, ALL_BYTES_MAX = 1900 };
/* A slab of the pool that is as large is not of the heap (sim/zero_pages.h). */
static const size_t SYSTEM_BYTES_MIN = (size_t)4 << 20;

/* Pools and tables grow ahead of need: of those, what is in use. The queue of events belongs to no
 * connection. */
static size_t bytes_in_use(const ToyNetwork *toy, size_t connections)
{
    const NetworkMemory memory = network_memory(toy->network);
    CU_ASSERT_FATAL(memory.pool_bytes < SYSTEM_BYTES_MIN);
    const struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd - memory.pool_bytes + memory.held_bytes -
           memory.queue_bytes - memory.bodies_bytes - memory.timers_bytes +
           connections * TIMERS * memory.timer_bytes;
}

/* The structs of one half; what serves traffic only must be gone. */
static size_t half_bytes(const ToyNetwork *toy, EntityId peer)
{
    const NetworkMemory memory = network_memory(toy->network);
    g_autoptr(GPtrArray) endpoints =
        tcp_host_list((Host *)simulation_entity(network_simulation(toy->network), peer));
    CU_ASSERT_EQUAL_FATAL(endpoints->len, CONNECTIONS + 1);
    const TcpEndpoint *endpoint = g_ptr_array_index(endpoints, CONNECTIONS / 2);
    const Layered *layered = endpoint->user;
    CU_ASSERT_PTR_NULL(endpoint->items);
    CU_ASSERT_PTR_NULL(endpoint->tcp.sent.ring);
    CU_ASSERT_PTR_NULL(endpoint->tcp.islands);
    CU_ASSERT_FALSE(
        timer_exists(simulation_entity(network_simulation(toy->network), peer), endpoint->timer));
    CU_ASSERT_PTR_NULL(layered->upgrade);
    CU_ASSERT_PTR_NULL(layered->muxed.channels);
    CU_ASSERT_PTR_NULL(layered->muxed.identify);
    return sizeof *endpoint + sizeof *layered + muxer_memory_bytes(layered->session) +
           memory.connection_half_bytes + TIMERS / 2 * memory.timer_bytes;
}

/* is_measured: the heap too, of which a first run takes some for good. */
static void expect_small_connections(const char *stack, bool is_measured)
{
    g_autofree char *name = g_strdup_printf("stack.name=%s", stack);
    const char *const settings[] = {name, "record.level=metrics", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        g_ptr_array_add(rows, g_strdup_printf("%ums dial 0 1", 2000 + i));
    }
    g_ptr_array_add(rows, g_strdup("1s dial 0 1"));
    g_ptr_array_add(rows, NULL);
    toy_network_prepare(toy, (const char *const *)(void *)rows->pdata);
    Simulation *simulation = network_simulation(toy->network);
    simulation_run(simulation, 1900 * SIM_MILLISECOND, false, UINT64_MAX);
    const size_t before = bytes_in_use(toy, 1) - toy->log->allocated_len;
    simulation_run(simulation, 20 * SIM_SECOND, false, UINT64_MAX);
    const size_t after = bytes_in_use(toy, 1 + CONNECTIONS) - toy->log->allocated_len;
    CU_ASSERT(half_bytes(toy, 0) + half_bytes(toy, 1) <= STRUCTS_BYTES_MAX);
    /* With the headers of the allocator and the tables that find a connection by its id; an
     * allocator that says nothing of itself is not asked. */
    if (is_measured && mallinfo2().uordblks > 0) {
        CU_ASSERT((double)(after - before) / CONNECTIONS <= ALL_BYTES_MAX);
    }
    toy_network_go_on(toy, 21 * SIM_SECOND);
}

/* Two KiB are wanted; it is less, and is to stay so. */
static void idle_connections_take_two_kibibytes_at_most(void)
{
    static const char *const STACKS[] = {"tcp/noise/yamux", "tcp/noise/mplex", "ws/tls/yamux"};
    expect_small_connections(STACKS[0], false);
    for (size_t i = 0; i < G_N_ELEMENTS(STACKS); i++) {
        expect_small_connections(STACKS[i], true);
    }
}

CU_TestInfo suite_connection_size[] = {
    {"idle_connections_take_two_kibibytes_at_most", idle_connections_take_two_kibibytes_at_most},
    CU_TEST_INFO_NULL,
};
