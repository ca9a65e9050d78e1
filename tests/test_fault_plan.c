/* SPDX-License-Identifier: MIT */
/* The compiled timeline: its look-ups, the order of its rows, and what it refuses. */
#include "tests/suite.h"

#include "models/fault_plan.h"

#include <stdio.h>
#include <string.h>

static void nothing(Host *host, const int64_t *arguments)
{
    (void)host;
    (void)arguments;
}

static const Action ACTIONS[] = {
    {"send", "send PEER PEER tokens COUNT", "sends tokens", nothing},
    {"wake", "wake PEERS", "wakes", nothing},
    {"proclaim", "proclaim TEXT", "tells all", nothing},
    {0},
};
static const Application WITH_COORDINATOR = {
    .name = "toy", .actions = ACTIONS, .has_coordinator = true};
static const Application WITHOUT_COORDINATOR = {.name = "toy", .actions = ACTIONS};

static FaultPlan *new_plan(const Application *application)
{
    return fault_plan_new(&(FaultPlanContext){.application = application, .peer_count = 20});
}

static void add(FaultPlan *plan, const char *time, const char *action)
{
    g_autoptr(GError) error = NULL;
    if (!fault_plan_add(plan, time, action, &error)) {
        printf("\n    %s %s: %s\n", time, action, error->message);
        CU_FAIL("a row is refused");
    }
}

static void partitions_hold_until_the_heal(void)
{
    g_autoptr(FaultPlan) plan = new_plan(NULL);
    fault_plan_sort(plan);
    CU_ASSERT_FALSE(fault_plan_is_cut(plan, 0, 0, 1));
    CU_ASSERT_EQUAL(fault_plan_next_change(plan, 0), SIM_TIME_MAX);
    add(plan, "20s", "heal");
    add(plan, "10s", "partition {0..4} {5..9}");
    add(plan, "15s", "partition {0} {1}");
    add(plan, "30s", "partition {0} {1}");
    fault_plan_sort(plan);
    static const struct {
        int64_t time_ms;
        EntityId a, b;
        bool is_cut;
    } CASES[] = {
        {9999, 0, 5, false},  {10000, 0, 5, true},   {10000, 5, 0, true},  {10000, 0, 1, false},
        {10000, 5, 9, false}, {10000, 0, 10, false}, {15000, 0, 1, true},  {15000, 1, 0, true},
        {15000, 4, 9, true},  {19999, 0, 5, true},   {20000, 0, 5, false}, {20000, 0, 1, false},
        {30000, 0, 1, true},  {30000, 0, 5, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        CU_ASSERT_EQUAL(
            fault_plan_is_cut(plan, CASES[i].time_ms * SIM_MILLISECOND, CASES[i].a, CASES[i].b),
            CASES[i].is_cut);
    }
    CU_ASSERT_EQUAL(fault_plan_next_change(plan, 0), 10 * SIM_SECOND);
    CU_ASSERT_EQUAL(fault_plan_next_change(plan, 10 * SIM_SECOND - 1), 10 * SIM_SECOND);
    CU_ASSERT_EQUAL(fault_plan_next_change(plan, 10 * SIM_SECOND), 15 * SIM_SECOND);
    CU_ASSERT_EQUAL(fault_plan_next_change(plan, 30 * SIM_SECOND), SIM_TIME_MAX);
}

static void settings_in_force_are_the_last_that_name_the_pair(void)
{
    g_autoptr(FaultPlan) plan = new_plan(NULL);
    add(plan, "20s", "set {0} {1..3} link.latency 5ms");
    add(plan, "10s", "set link.latency 'uniform(1ms, 2ms)'");
    add(plan, "30s", "set link.loss 2%");
    add(plan, "40s", "set link.latency 7ms");
    fault_plan_sort(plan);
    static const struct {
        int64_t time_s;
        const char *key;
        EntityId sender, receiver;
        unsigned number; /* in order of writing, from 1 */
    } CASES[] = {
        {9, "link.latency", 0, 1, 0},  {10, "link.latency", 0, 1, 2}, {20, "link.latency", 0, 1, 1},
        {20, "link.latency", 3, 0, 1}, {20, "link.latency", 1, 2, 2}, {20, "link.loss", 0, 1, 0},
        {30, "link.loss", 0, 1, 3},    {30, "link.latency", 0, 1, 1}, {40, "link.latency", 0, 1, 4},
        {40, "link.jitter", 0, 1, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        CU_ASSERT_EQUAL(fault_plan_setting(plan, CASES[i].time_s * SIM_SECOND, CASES[i].key,
                                           CASES[i].sender, CASES[i].receiver),
                        CASES[i].number);
    }
    const char *key, *value;
    CU_ASSERT_FATAL(fault_plan_set_row(plan, 2, &key, &value));
    CU_ASSERT_STRING_EQUAL(key, "link.latency");
    CU_ASSERT_STRING_EQUAL(value, "uniform(1ms, 2ms)");
    CU_ASSERT_FALSE(fault_plan_set_row(plan, 0, &key, &value));
    CU_ASSERT_FALSE(fault_plan_set_row(plan, 5, &key, &value));
}

/* One direction only, and hosts by themselves. */
static void settings_have_directions_and_hosts(void)
{
    g_autoptr(FaultPlan) plan = new_plan(NULL);
    add(plan, "1s", "set {0} to {1..3} link.bandwidth 5Mbit/s");
    add(plan, "1s", "set {2..4} access.up 1Mbit/s");
    add(plan, "2s", "set access.up unlimited");
    fault_plan_sort(plan);
    CU_ASSERT_EQUAL(fault_plan_setting(plan, SIM_SECOND, "link.bandwidth", 0, 2), 1);
    CU_ASSERT_EQUAL(fault_plan_setting(plan, SIM_SECOND, "link.bandwidth", 2, 0), 0);
    CU_ASSERT_EQUAL(fault_plan_setting(plan, SIM_SECOND, "access.up", 2, 2), 2);
    CU_ASSERT_EQUAL(fault_plan_setting(plan, SIM_SECOND, "access.up", 1, 1), 0);
    CU_ASSERT_EQUAL(fault_plan_setting(plan, 2 * SIM_SECOND, "access.up", 2, 2), 3);
}

static void rows_are_sorted_by_time_and_keep_their_order(void)
{
    g_autoptr(FaultPlan) plan = new_plan(&WITH_COORDINATOR);
    add(plan, "2s", "wake {3}");
    add(plan, "1s", "crash {0..2}");
    add(plan, "2s", "restart 0");
    add(plan, "0", "proclaim 'all is well'");
    add(plan, "3s", "announce {5..7}");
    add(plan, "2s", "send 4 5 tokens 6");
    add(plan, "2s", "heal");
    fault_plan_sort(plan);
    static const struct {
        SimTime time;
        PeerEventType type;
        bool at_coordinator;
        uint32_t peers; /* count, 0: none */
        EntityId first;
        const char *action;
    } EVENTS[] = {
        {0, PEER_ACTION, true, 0, 0, "proclaim"},
        {SIM_SECOND, PEER_CRASH, false, 3, 0, NULL},
        {2 * SIM_SECOND, PEER_ACTION, false, 1, 3, "wake"},
        {2 * SIM_SECOND, PEER_RESTART, false, 1, 0, NULL},
        {2 * SIM_SECOND, PEER_ACTION, false, 1, 4, "send"},
        {3 * SIM_SECOND, PEER_ANNOUNCE, false, 3, 5, NULL},
    };
    CU_ASSERT_EQUAL_FATAL(fault_plan_peer_event_count(plan), G_N_ELEMENTS(EVENTS));
    for (unsigned i = 0; i < G_N_ELEMENTS(EVENTS); i++) {
        const PeerEvent *event = fault_plan_peer_event(plan, i);
        CU_ASSERT_EQUAL(event->time, EVENTS[i].time);
        CU_ASSERT_EQUAL(event->type, EVENTS[i].type);
        CU_ASSERT_EQUAL(event->at_coordinator, EVENTS[i].at_coordinator);
        CU_ASSERT_EQUAL(event->peers == NULL ? 0 : peer_set_count(event->peers), EVENTS[i].peers);
        CU_ASSERT(EVENTS[i].peers == 0 || peer_set_has(event->peers, EVENTS[i].first));
        CU_ASSERT_STRING_EQUAL(event->action == NULL ? "" : event->action->name,
                               EVENTS[i].action == NULL ? "" : EVENTS[i].action);
    }
    const int64_t *sent = fault_plan_peer_event(plan, 4)->arguments;
    CU_ASSERT(sent[0] == 4 && sent[1] == 5 && sent[2] == 6);
    g_autoptr(GString) rows = g_string_new(NULL);
    for (unsigned i = 0; i < fault_plan_row_count(plan); i++) {
        SimTime time;
        const char *action, *arguments;
        fault_plan_row(plan, i, &time, &action, &arguments);
        g_string_append_printf(rows, "%d %s(%s); ", (int)(time / SIM_SECOND), action, arguments);
    }
    CU_ASSERT_STRING_EQUAL(rows->str, "0 proclaim(all is well); 1 crash({0..2}); 2 wake({3}); "
                                      "2 restart(0); 2 send(4 5 tokens 6); 2 heal(); "
                                      "3 announce({5..7}); ");
}

static const struct {
    const char *time, *action, *message;
} REFUSED[] = {
    {"10", "heal", "10"},
    {"soon", "heal", "soon"},
    {"-1s", "heal", "found '-1s', expected"},
    {"1s", "", "found nothing, expected an action such as heal"},
    {"1s", "haul", "found 'haul', expected one of partition, heal, crash, restart, announce, set"},
    {"1s", "heel", "(did you mean 'heal'?)"},
    {"1s", "snd 1 2 tokens 3", "(did you mean 'send'?)"},
    {"1s", "heal now", "usage: heal"},
    {"1s", "crash", "usage: crash PEERS"},
    {"1s", "crash {20}", "20"},
    {"1s", "crash {1", "expected a closing } or )"},
    {"1s", "partition {0..3}", "usage: partition PEERS PEERS"},
    {"1s", "set link.latncy 5ms",
     "found 'link.latncy', expected one of link.latency, link.jitter, link.loss, link.bandwidth, "
     "link.queue, link.duplication, link.corruption, access.up, access.down (did you mean "
     "'link.latency'?)"},
    {"1s", "set {0} {1} access.up 1Mbit/s", "access.up belongs to a peer, expected 'set PEERS"},
    {"1s", "set {0} towards {1} link.loss 1%", "usage: set PEERS to PEERS TEXT TEXT"},
    {"1s", "set {0} {1} link.rate 5ms", "found 'link.rate'"},
    {"1s", "set link.loss", "usage: set"},
    {"1s", "set {0} link.loss 1%",
     "link.loss belongs to a link, expected 'set PEERS PEERS link.loss VALUE'"},
    {"1s", "send 1 2 tokens many", "many"},
    {"1s", "announce", "usage: announce PEERS"},
    {"1s", "proclaim hello", "proclaim names no peer, and module toy has no coordinator"},
};

static void refused_rows_say_what_was_expected(void)
{
    g_autoptr(FaultPlan) plan = new_plan(&WITHOUT_COORDINATOR);
    for (size_t i = 0; i < G_N_ELEMENTS(REFUSED); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_FALSE(fault_plan_add(plan, REFUSED[i].time, REFUSED[i].action, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        if (strstr(error->message, REFUSED[i].message) == NULL) {
            printf("\n    found %s, expected in it %s\n", error->message, REFUSED[i].message);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, REFUSED[i].message));
    }
    CU_ASSERT_EQUAL(fault_plan_row_count(plan), 0);
}

static void usages_name_every_row(void)
{
    g_auto(GStrv) usages = fault_plan_usages(&WITHOUT_COORDINATOR);
    g_autofree char *all = g_strjoinv("\n", usages);
    CU_ASSERT_STRING_EQUAL(all, "partition PEERS PEERS\nheal\ncrash PEERS\nrestart PEERS\n"
                                "announce PEERS\n"
                                "set KEY VALUE\nset PEERS access.KEY VALUE\n"
                                "set PEERS PEERS link.KEY VALUE\n"
                                "set PEERS to PEERS link.KEY VALUE\n"
                                "send PEER PEER tokens COUNT: sends tokens\nwake PEERS: wakes\n"
                                "proclaim TEXT: tells all");
}

CU_TestInfo suite_fault_plan[] = {
    {"partitions_hold_until_the_heal", partitions_hold_until_the_heal},
    {"settings_in_force_are_the_last_that_name_the_pair",
     settings_in_force_are_the_last_that_name_the_pair},
    {"settings_have_directions_and_hosts", settings_have_directions_and_hosts},
    {"rows_are_sorted_by_time_and_keep_their_order", rows_are_sorted_by_time_and_keep_their_order},
    {"refused_rows_say_what_was_expected", refused_rows_say_what_was_expected},
    {"usages_name_every_row", usages_name_every_row},
    CU_TEST_INFO_NULL,
};
