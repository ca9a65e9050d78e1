/* SPDX-License-Identifier: MIT */
/* What a peer, a connection, a stream and an event take. A bound here is raised only with a reason.
 */
#include "tests/suite.h"

#include "models/network_memory.h"
#include "tests/scenario_fixture.h"

enum { PEERS = 400, DEGREE = 8 };

static void memory_of_each_is_bounded(void)
{
    static const char TEXT[] = "scenario: {module: ping}\n"
                               "peers: {count: 400}\n"
                               "topology: {kind: random-regular, degree: 8, preconnected: yes}\n"
                               "record: {level: metrics}\n"
                               "ping: {target: every, count: 1}\n";
    g_autoptr(ScenarioFixture) ping = scenario_fixture_new(TEXT, NULL, 1, false);
    CU_ASSERT_FATAL(ping != NULL && scenario_fixture_run(ping));
    const NetworkMemory *memory = run_memory(ping->run);
    CU_ASSERT(memory->peer_bytes <= 192);
    CU_ASSERT(memory->contact_bytes <= 72);
    CU_ASSERT(memory->connection_half_bytes <= 64);
    CU_ASSERT(memory->stream_half_bytes <= 48 + 8 + 48); /* with a slot, and the state of a ping */
    CU_ASSERT_EQUAL(memory->event_bytes, 24);
    CU_ASSERT(memory->timer_bytes <= 64);
    CU_ASSERT_EQUAL(memory->peers_bytes, PEERS * memory->peer_bytes);
    /* Each peer has eight contacts and connections, and two halves of streams on each; the tables
     * have room for a few more. */
    const size_t expected =
        PEERS * DEGREE *
        (memory->contact_bytes + memory->connection_half_bytes + 2 * memory->stream_half_bytes);
    CU_ASSERT(memory->held_bytes >= expected);
    CU_ASSERT(memory->held_bytes <= expected + expected / 4);
}

static void memory_of_what_is_never_used_is_none(void)
{
    static const char TEXT[] = "scenario: {module: ping, stop: 1s}\n"
                               "peers: {count: 100000}\n"
                               "topology: {kind: full-mesh, preconnected: yes}\n"
                               "record: {level: metrics}\n"
                               "ping: {pingers: none}\n";
    g_autoptr(ScenarioFixture) ping = scenario_fixture_new(TEXT, NULL, 1, false);
    CU_ASSERT_FATAL(ping != NULL && scenario_fixture_run(ping));
    const NetworkMemory *memory = run_memory(ping->run);
    CU_ASSERT_EQUAL(memory->held_bytes, 0);
    CU_ASSERT_EQUAL(memory->peers_bytes, 100000 * memory->peer_bytes);
}

CU_TestInfo suite_network_memory[] = {
    {"memory_of_each_is_bounded", memory_of_each_is_bounded},
    {"memory_of_what_is_never_used_is_none", memory_of_what_is_never_used_is_none},
    CU_TEST_INFO_NULL,
};
