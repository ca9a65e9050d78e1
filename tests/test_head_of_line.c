/* SPDX-License-Identifier: MIT */
/* What a bulk stream does to a ping beside it on the same connection: a lost segment holds up both,
 * and what is written before the ping goes before it. */
#include "tests/suite.h"

#include "models/layered.h"
#include "models/mux_core.h"
#include "tests/scenario_fixture.h"
#include "tests/toy_network.h"

/* R = 100 ms, 1 % Bernoulli loss both ways, the bulk paced to a third of Mathis' rate (1.41 Mbit/s
 * with segments of 1,448 bytes), a ping each 500 ms in its direction: 20,000 pings. */
static double probe_p95_ms(const char *const *more)
{
    g_autoptr(GPtrArray) sets = g_ptr_array_new();
    g_ptr_array_add(sets, (char *)(uintptr_t) "scenario.stop=10010s");
    for (; *more != NULL; more++) {
        g_ptr_array_add(sets, (char *)(uintptr_t)*more);
    }
    g_ptr_array_add(sets, NULL);
    g_autoptr(ScenarioFixture) run = scenario_fixture_new(
        "head-of-line.yaml", (const char *const *)(void *)sets->pdata, 1, false);
    CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
    const Metric *probe = scenario_fixture_metric(run, "traffic.probe");
    CU_ASSERT(metric_count(probe) >= 20000);
    return metric_quantile(probe, 0.95) / SIM_MILLISECOND;
}

static void a_lost_segment_holds_up_every_stream_on_tcp(void)
{
    static const char *const SHARED[] = {"stack.name=tcp/noise/yamux", NULL};
    static const char *const APART[] = {"stack.name=tcp/noise/yamux", "traffic.probe-apart=yes",
                                        NULL};
    static const char *const QUIC[] = {"stack.name=quic", NULL};
    const double behind_ms = probe_p95_ms(SHARED) - 100;
    CU_ASSERT(behind_ms >= 50);
    CU_ASSERT(probe_p95_ms(QUIC) - 100 <= behind_ms / 2);
    /* Alone, a ping is late only when it, its echo, or what is needed to see that is lost. */
    CU_ASSERT(probe_p95_ms(APART) - 100 < 1);
}

/* Unlimited bulk. */

enum { BULK_BYTES = 64 * 1024, BULK_MESSAGES = 400, RATE = 10000000 };

static void write_bulk(Host *host, EntityId peer, Outcome outcome)
{
    CU_ASSERT_EQUAL(outcome, OUTCOME_OPEN);
    Stream *stream = host_open(host, peer, 0, NULL);
    for (int64_t i = 0; i < BULK_MESSAGES; i++) {
        const int64_t content = -1;
        stream_send(host, stream,
                    &(Message){.content = &content,
                               .content_size_bytes = sizeof content,
                               .size_bytes = BULK_BYTES});
    }
}

/* All that has been written and not been serialised, in bytes of packets. */
static double bytes_before(Host *host)
{
    g_autoptr(GPtrArray) endpoints = tcp_host_list(host);
    CU_ASSERT_EQUAL_FATAL(endpoints->len, 1);
    const TcpEndpoint *endpoint = g_ptr_array_index(endpoints, 0);
    const Layered *layered = endpoint->user;
    const MuxCore *core = (const MuxCore *)layered->session;
    double bytes = (double)(endpoint->tcp.written - endpoint->tcp.next);
    for (uint32_t i = core->queue_head; i < core->queue_tail; i++) {
        bytes += core->queue[i].payload_bytes;
    }
    return bytes * 1500 / 1448 + (double)link_port_waiting_bytes(&host->access->up, host_now(host));
}

static void a_ping_waits_for_what_is_written_before_it(void)
{
    static const char *const WINDOWS[] = {"yamux.window=256KiB", "yamux.window=1MiB"};
    for (size_t i = 0; i < G_N_ELEMENTS(WINDOWS); i++) {
        const char *const settings[] = {"stack.name=tcp/noise/yamux", WINDOWS[i],
                                        "yamux.auto-tune=no",         "access.up=10Mbit/s",
                                        "yamux.window-max=1MiB",      NULL};
        static const char *const ROWS[] = {"0ms dial 0 1", "4s send 0 1 0 7", NULL};
        g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy->hooks.dialed = write_bulk;
        toy_network_prepare(toy, ROWS);
        Simulation *simulation = network_simulation(toy->network);
        simulation_run(simulation, 4 * SIM_SECOND - 1, false, UINT64_MAX);
        const double wait_ms =
            bytes_before((Host *)simulation_entity(simulation, 0)) * 8 / RATE * 1000;
        toy_network_go_on(toy, 60 * SIM_SECOND);
        const char *got = strstr(toy->log->str, " 1 got 7 from 0");
        CU_ASSERT_PTR_NOT_NULL_FATAL(got);
        while (got > toy->log->str && got[-1] != ' ') {
            got--;
        }
        const double took_ms = g_ascii_strtod(got, NULL) - 4000 - 10;
        CU_ASSERT(wait_ms > 50);
        CU_ASSERT_DOUBLE_EQUAL(took_ms, wait_ms, 0.1 * wait_ms);
    }
}

CU_TestInfo suite_head_of_line[] = {
    {"a_lost_segment_holds_up_every_stream_on_tcp", a_lost_segment_holds_up_every_stream_on_tcp},
    {"a_ping_waits_for_what_is_written_before_it", a_ping_waits_for_what_is_written_before_it},
    CU_TEST_INFO_NULL,
};
