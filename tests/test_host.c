/* SPDX-License-Identifier: MIT */
/* Hosts on `ideal` and `datagram`: dials, partitions, crashes, and what becomes of messages. */
#include "tests/suite.h"

#include "tests/toy_network.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *const DATAGRAM[] = {"stack.name=datagram", NULL};

/* Cases whose whole log is known. */
static const struct {
    const char *name;
    const char *settings[3];
    const char *rows[8];
    const char *log;
    const char *sql, *result; /* NULL: no more to ask */
} CASES[] = {
    {"a dial takes one round trip",
     {NULL},
     {"5ms dial 0 1", NULL},
     "25 0 dialed 1 open; ",
     "SELECT dialer_id, listener_id, dialed_ns, opened_ns, closed_ns, outcome FROM connection",
     "0|1|5000000|25000000|NULL|open"},
    {"a crashed peer refuses after one round trip",
     {NULL},
     {"0ms crash 1", "5ms dial 0 1", NULL},
     "25 0 dialed 1 refused; ",
     "SELECT dialed_ns, opened_ns, closed_ns, outcome FROM connection",
     "5000000|NULL|25000000|refused"},
    {"a dial across a partition ends with the timeout, and the heal brings nothing back",
     {"dial.timeout=1s", NULL},
     {"0ms partition {0} {1}", "5ms dial 0 1", "2s heal", NULL},
     "1005 0 dialed 1 timeout; ",
     "SELECT dialed_ns, opened_ns, closed_ns, outcome FROM connection",
     "5000000|NULL|1005000000|timeout"},
    {"a dial across a partition waits for the heal",
     {NULL},
     {"0ms partition {0} {1}", "5ms dial 0 1", "100ms heal", NULL},
     "120 0 dialed 1 open; ",
     "SELECT dialed_ns, opened_ns FROM connection",
     "5000000|120000000"},
    {"a stream opens with its first message, at no cost",
     {NULL},
     {"0ms dial 0 1", "30ms open 0 1 0", "50ms send 0 1 0 9", NULL},
     "20 0 dialed 1 open; 60 1 opened by 0; 60 1 got 9 from 0; ",
     NULL,
     NULL},
    {"what is sent without a connection waits for one that the network dials",
     {NULL},
     {"0ms send 0 1 0 1", "1ms send 0 1 0 2", NULL},
     "30 1 opened by 0; 30 1 got 1 from 0; 30 1 got 2 from 0; ",
     "SELECT count(*) FROM connection",
     "1"},
    {"each dial makes a connection of its own",
     {NULL},
     {"0ms dial 0 1", "1ms dial 0 1", "2ms dial 1 0", NULL},
     "20 0 dialed 1 open; 21 0 dialed 1 open; 22 1 dialed 0 open; ",
     "SELECT dialer_id, count(*) FROM connection WHERE outcome = 'open' GROUP BY 1 ORDER BY 1",
     "0|2;1|1"},
    {"an answer that a partition held comes before what is sent after the heal",
     {NULL},
     {"0ms dial 0 1", "5ms partition {0} {1}", "50ms heal", "50ms send 1 0 0 7", NULL},
     "60 0 dialed 1 open; 60 0 opened by 1; 60 0 got 7 from 1; ",
     NULL,
     NULL},
    {"a partition holds messages until it heals",
     {"topology.preconnected=yes", NULL},
     {"0ms send 0 1 0 1", "20ms partition {0} {1..3}", "30ms send 0 1 0 2", "40ms send 2 1 0 3",
      "100ms heal", "101ms send 0 1 0 4", NULL},
     "10 1 opened by 0; 10 1 got 1 from 0; 50 1 opened by 2; 50 1 got 3 from 2; "
     "110 1 got 2 from 0; 111 1 got 4 from 0; ",
     "SELECT fate, count(*) FROM message GROUP BY 1",
     "delivered|4"},
    {"what was held does not overtake what was on its way",
     {"topology.preconnected=yes", "link.latency=100ms", NULL},
     {"0ms send 0 1 0 1", "1ms partition {0} {1}", "2ms send 0 1 0 2", "3ms set link.latency 1ms",
      "4ms heal", "5ms send 0 1 0 3", "6ms half 0 0", NULL},
     "100 1 opened by 0; 100 1 got 1 from 0; 100 1 got 2 from 0; 100 1 got 3 from 0; "
     "100 1 half-closed by 0; ",
     NULL,
     NULL},
    {"a partition loses datagrams",
     {"stack.name=datagram", NULL},
     {"0ms send 0 1 0 1", "20ms partition {0} {1..3}", "30ms send 0 1 0 2", "100ms heal",
      "101ms send 0 1 0 4", NULL},
     "10 1 opened by 0; 10 1 got 1 from 0; 111 1 got 4 from 0; ",
     "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
     "delivered|2;partitioned|1"},
    {"a crash is a reset one latency later",
     {NULL},
     {"0ms send 0 1 0 1", "50ms send 1 0 0 2", "95ms send 0 1 0 3", "100ms crash 1", NULL},
     "30 1 opened by 0; 30 1 got 1 from 0; 60 0 opened by 1; 60 0 got 2 from 1; "
     "110 0 ended with 1: reset; 110 0 ended with 1: reset; ",
     "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
     "dead-peer|1;delivered|2"},
    {"a message to a crashed peer, preconnected and never used, comes back as a reset",
     {"topology.preconnected=yes", NULL},
     {"0ms crash 1", "50ms send 0 1 0 2", NULL},
     "70 0 ended with 1: reset; ",
     "SELECT fate FROM message",
     "dead-peer"},
    {"a datagram to a crashed peer is nowhere, and nobody tells",
     {"stack.name=datagram", NULL},
     {"0ms crash 1", "50ms send 0 1 0 2", NULL},
     "",
     "SELECT fate FROM message",
     "dead-peer"},
    {"a restart keeps the durable part and no timer",
     {NULL},
     {"0ms remember 1 5", "1ms tick 1 100ms", "2ms show 1", "50ms crash 1", "60ms show 1",
      "70ms restart 1", "80ms tick 1 1s", NULL},
     "2 1 has 5 and 5; 70 1 restarts; 70 1 has 5 and 0; 1080 1 tick 7; ",
     "SELECT action, arguments FROM fault WHERE time_ns >= 50000000 AND action <> 'tick' AND "
     "action <> 'show' ORDER BY time_ns",
     "crash|1;restart|1"},
    {"preconnected connections cost nothing and exist when used",
     {"topology.preconnected=yes", NULL},
     {"0ms send 0 1 0 1", "5ms send 3 2 0 1", NULL},
     "10 1 opened by 0; 10 1 got 1 from 0; 15 2 opened by 3; 15 2 got 1 from 3; ",
     "SELECT dialer_id, listener_id, dialed_ns, opened_ns, outcome FROM connection ORDER BY 1",
     "0|1|0|0|open;2|3|0|0|open"},
    {"a connection closes in good order, after what was sent",
     {"ideal.order=connection", NULL},
     {"0ms dial 0 1", "30ms send 0 1 0 1", "50ms send 0 1 0 2", "50ms disconnect 0 1",
      "60ms send 0 1 0 3", NULL},
     "20 0 dialed 1 open; 40 1 opened by 0; 40 1 got 1 from 0; 60 0 stream is gone; "
     "60 1 got 2 from 0; 60 1 ended with 0: closed; ",
     "SELECT closed_ns, outcome FROM connection",
     "50000000|closed"},
    {"so it does across a partition, once that heals",
     {NULL},
     {"0ms dial 0 1", "30ms send 0 1 0 1", "50ms partition {0} {1}", "51ms send 0 1 0 2",
      "52ms disconnect 0 1", "53ms open 0 1 1", "90ms heal", NULL},
     "20 0 dialed 1 open; 40 1 opened by 0; 40 1 got 1 from 0; 100 1 got 2 from 0; "
     "100 1 ended with 0: closed; ",
     "SELECT dialed_ns, closed_ns, outcome FROM connection ORDER BY 1",
     "0|52000000|closed;53000000|NULL|open"},
    {"who disconnects gives up a dial; the other side sees a reset",
     {NULL},
     {"0ms send 0 1 0 1", "5ms disconnect 0 1", "100ms dial 1 0", NULL},
     "120 1 dialed 0 open; ",
     "SELECT fate, (SELECT group_concat(outcome) FROM connection) FROM message",
     "reset|closed,open"},
    {"a connection that stood before the run closes as well, and stays closed",
     {"topology.preconnected=yes", NULL},
     {"0ms send 1 0 0 1", "20ms disconnect 0 1", "40ms send 1 0 0 2", NULL},
     "10 0 opened by 1; 10 0 got 1 from 1; 30 1 ended with 0: closed; 40 1 stream is gone; ",
     "SELECT count(*), min(outcome) FROM connection",
     "1|closed"},
    {"an open connection is used although an older one is being dialled",
     {NULL},
     {"0ms set link.latency 1s", "1ms dial 0 1", "2ms set link.latency 10ms", "3ms dial 1 0",
      "30ms send 0 1 0 5", NULL},
     "23 1 dialed 0 open; 40 1 opened by 0; 40 1 got 5 from 0; 1011 0 dialed 1 open; ",
     NULL,
     NULL},
    {"a datagram dial is done at once",
     {"stack.name=datagram", NULL},
     {"5ms dial 0 1", NULL},
     "5 0 dialed 1 open; ",
     NULL,
     NULL},
    {"a close of datagrams is local",
     {"stack.name=datagram", NULL},
     {"0ms send 0 1 0 1", "20ms half 0 0", "30ms send 0 1 0 2", "40ms close 0 0",
      "50ms send 0 1 0 3", NULL},
     "10 1 opened by 0; 10 1 got 1 from 0; 30 0 cannot send 2; 50 0 stream is gone; ",
     NULL,
     NULL},
};

static void host_does_what_the_stack_promises(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(ToyNetwork) toy =
            toy_network_expect(CASES[i].settings, CASES[i].rows, NULL, CASES[i].log);
        if (strcmp(toy->log->str, CASES[i].log) != 0) {
            g_printerr("    in: %s\n", CASES[i].name);
        }
        if (CASES[i].sql != NULL) {
            database_fixture_expect(toy->database, CASES[i].sql, CASES[i].result);
        }
    }
}

static void messages_at_the_end_are_in_flight(void)
{
    static const char *const SETTINGS[] = {"topology.preconnected=yes", NULL};
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "20ms partition {2} {3}",
                                       "25ms send 2 3 0 2", "95ms send 0 1 0 3", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    toy_network_run(toy, ROWS, 100 * SIM_MILLISECOND);
    database_fixture_expect(toy->database,
                            "SELECT fate, count(*) FROM message GROUP BY 1 ORDER BY 1",
                            "delivered|1;in-flight|2");
    const Metric *loss = network_metric(toy->network, 2);
    CU_ASSERT_STRING_EQUAL(network_metric_name(toy->network, 2), "message.loss");
    CU_ASSERT_EQUAL(metric_maximum(loss), 0);
}

static void expect_refusal(const char *const *settings, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ToyNetwork) toy = toy_network_new(settings, &error);
    CU_ASSERT_PTR_NULL_FATAL(toy);
    CU_ASSERT_PTR_NOT_NULL_FATAL(error);
    if (strstr(error->message, words) == NULL) {
        g_printerr("    found '%s', expected in it '%s'\n", error->message, words);
    }
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, words));
}

static void loss_needs_datagram(void)
{
    expect_refusal((const char *const[]){"link.loss=1%", NULL}, "datagram");
    expect_refusal((const char *const[]){"link.loss=1%", NULL}, "link.loss");
    expect_refusal((const char *const[]){"stack.name=tcp/noise", NULL}, "tcp/noise");
    g_autoptr(GError) error = NULL;
    g_autoptr(ToyNetwork) toy = toy_network_new(NULL, NULL);
    FaultPlan *plan = fault_plan_new(&(FaultPlanContext){.peer_count = 4});
    CU_ASSERT_FATAL(fault_plan_add(plan, "1s", "set link.loss 5%", NULL));
    CU_ASSERT_FALSE(network_prepare(toy->network, plan, NULL, 1, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error->message, "datagram"));
}

/* A recording in a file of its own; the setting that names it. */
static char *replay_setting(const char *text, const char *then, char **ret_path)
{
    const int file = g_file_open_tmp("skein-replay-XXXXXX.csv", ret_path, NULL);
    CU_ASSERT_FATAL(file >= 0 && g_close(file, NULL) &&
                    g_file_set_contents(*ret_path, text, -1, NULL));
    return g_strdup_printf("link.latency=replay(%s%s)", *ret_path, then);
}

static const char *const THREE_MESSAGES[] = {"0ms send 0 1 0 1", "100ms send 0 1 0 2",
                                             "200ms send 0 1 0 3", NULL};

static void replay_gives_delays_in_order(void)
{
    g_autofree char *path = NULL;
    g_autofree char *latency = replay_setting(
        "sender,receiver,delay\n0,1,30ms\n1,0,7ms\n0,1,20ms\n", ", then=50ms", &path);
    const char *const settings[] = {latency, "topology.preconnected=yes", NULL};
    toy_network_free(toy_network_expect(
        settings, THREE_MESSAGES, NULL,
        "30 1 opened by 0; 30 1 got 1 from 0; 120 1 got 2 from 0; 250 1 got 3 from 0; "));
    g_unlink(path);
}

static void replay_that_runs_out_fails_the_run(void)
{
    g_autofree char *path = NULL;
    g_autofree char *latency =
        replay_setting("sender,receiver,delay\n0,1,30ms\n0,1,20ms\n", "", &path);
    const char *const settings[] = {latency, "topology.preconnected=yes", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, THREE_MESSAGES, SIM_SECOND);
    CU_ASSERT_EQUAL(toy->outcome, RUN_FAILED);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy->failure);
    CU_ASSERT_PTR_NOT_NULL(strstr(toy->failure, "replay"));
    g_unlink(path);
}

static void replay_that_loses_needs_datagram(void)
{
    g_autofree char *path = NULL;
    g_autofree char *latency =
        replay_setting("sender,receiver,delay\n0,1,30ms\n0,1,lost\n0,1,5ms\n", "", &path);
    expect_refusal((const char *const[]){latency, NULL}, "datagram");
    const char *const settings[] = {latency, DATAGRAM[0], NULL};
    g_autoptr(ToyNetwork) toy =
        toy_network_expect(settings, THREE_MESSAGES, NULL,
                           "30 1 opened by 0; 30 1 got 1 from 0; 205 1 got 3 from 0; ");
    database_fixture_expect(toy->database, "SELECT sent_ns FROM message WHERE fate = 'lost'",
                            "100000000");
    g_unlink(path);
}

CU_TestInfo suite_host[] = {
    {"host_does_what_the_stack_promises", host_does_what_the_stack_promises},
    {"messages_at_the_end_are_in_flight", messages_at_the_end_are_in_flight},
    {"loss_needs_datagram", loss_needs_datagram},
    {"replay_gives_delays_in_order", replay_gives_delays_in_order},
    {"replay_that_runs_out_fails_the_run", replay_that_runs_out_fails_the_run},
    {"replay_that_loses_needs_datagram", replay_that_loses_needs_datagram},
    CU_TEST_INFO_NULL,
};
