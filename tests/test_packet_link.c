/* SPDX-License-Identifier: MIT */
/* Packets on their way, through hosts: which stations they pass, when they arrive, what becomes of
 * them. Messages of 8 bytes on `datagram` are packets of 36. */
#include "tests/suite.h"

#include "tests/toy_network.h"

#include <glib/gstdio.h>
#include <string.h>

/* 36 bytes take 1 ms at this rate. */
#define RATE "288kbit/s"

typedef struct PathCase {
    const char *setting;
    const char *rows[8];
    const char *log;
} PathCase;

static void expect_paths(const PathCase *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_auto(GStrv) settings = g_strsplit(cases[i].setting, " ", -1);
        g_autoptr(GPtrArray) all = g_ptr_array_new();
        g_ptr_array_add(all, (char *)(uintptr_t) "stack.name=datagram");
        for (char **at = settings; *at != NULL; at++) {
            g_ptr_array_add(all, *at);
        }
        g_ptr_array_add(all, NULL);
        toy_network_free(toy_network_expect((const char *const *)(void *)all->pdata, cases[i].rows,
                                            NULL, cases[i].log));
    }
}

/* Latency is 10 ms. */
static void each_station_takes_its_time(void)
{
    static const PathCase CASES[] = {
        /* A packet waits for the serialisation of the one before, not for its propagation. */
        {"link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "5ms send 0 1 0 3"},
         "11 1 opened by 0; 11 1 got 1 from 0; 12 1 got 2 from 0; 16 1 got 3 from 0; "},
        /* Each pair has its own link, and each direction. */
        {"link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 2 1 2", "0ms send 1 0 0 3"},
         "11 1 opened by 0; 11 1 got 1 from 0; 11 2 opened by 0; 11 2 got 2 from 0; "
         "11 0 opened by 1; 11 0 got 3 from 1; "},
        /* A host has one way up for all. */
        {"access.up=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 2 1 2", "0ms send 0 1 0 3"},
         "11 1 opened by 0; 11 1 got 1 from 0; 12 2 opened by 0; 12 2 got 2 from 0; "
         "13 1 got 3 from 0; "},
        /* And one down, from all. */
        {"access.down=" RATE,
         {"0ms send 0 1 0 1", "0ms send 2 1 0 2", "0ms send 3 1 0 3"},
         "11 1 opened by 0; 11 1 got 1 from 0; 12 1 opened by 2; 12 1 got 2 from 2; "
         "13 1 opened by 3; 13 1 got 3 from 3; "},
        /* Stations add up; the fast one behind the slow one never makes a packet wait. */
        {"access.up=" RATE " link.bandwidth=144kbit/s access.down=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2"},
         "14 1 opened by 0; 14 1 got 1 from 0; 16 1 got 2 from 0; "},
        {"link.order=propagation-first link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 2 1 0 3"},
         "11 1 opened by 0; 11 1 got 1 from 0; 11 1 opened by 2; 11 1 got 3 from 2; "
         "12 1 got 2 from 0; "},
    };
    expect_paths(CASES, G_N_ELEMENTS(CASES));
}

/* Three at once: one is sent, one waits, one finds no room. */
static void a_full_queue_drops_at_its_station(void)
{
    static const PathCase CASES[] = {
        {"link.queue=1packet link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 0 1 0 3", "0ms send 0 2 1 4"},
         "11 1 opened by 0; 11 1 got 1 from 0; 11 2 opened by 0; 11 2 got 4 from 0; "
         "12 1 got 2 from 0; "},
        {"access.queue=36B access.up=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 0 2 1 3", "1ms send 0 2 1 4"},
         "11 1 opened by 0; 11 1 got 1 from 0; 12 1 got 2 from 0; 13 2 opened by 0; "
         "13 2 got 4 from 0; "},
        {"access.queue=1packet access.down=" RATE,
         {"0ms send 0 1 0 1", "0ms send 2 1 0 2", "0ms send 3 1 0 3"},
         "11 1 opened by 0; 11 1 got 1 from 0; 12 1 opened by 2; 12 1 got 2 from 2; "},
    };
    expect_paths(CASES, G_N_ELEMENTS(CASES));
}

/* Where the queue stores packets, the same comes out as long as it drops none: at one station, and
 * at several in a row. */
static void managed_queues_pass_as_ports_do(void)
{
    static const char ROWS[][24] = {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 0 2 1 3",
                                    "1ms send 2 1 0 4", "5ms send 0 1 0 5"};
    static const char *const PATHS[] = {
        "link.bandwidth=" RATE, "access.up=" RATE, "access.down=" RATE,
        "access.up=" RATE " link.bandwidth=144kbit/s access.down=" RATE,
        "link.order=propagation-first link.bandwidth=" RATE " access.down=144kbit/s"};
    static const char *const POLICIES[] = {"codel()", "fq-codel(quantum=1MiB)", "unlimited"};
    for (size_t i = 0; i < G_N_ELEMENTS(PATHS); i++) {
        g_autofree char *expected = NULL;
        for (size_t k = G_N_ELEMENTS(POLICIES); k-- > 0;) {
            g_autofree char *all =
                g_strdup_printf("stack.name=datagram %s link.queue=%s access.queue=%s", PATHS[i],
                                POLICIES[k], POLICIES[(k + i) % G_N_ELEMENTS(POLICIES)]);
            g_auto(GStrv) settings = g_strsplit(all, " ", -1);
            const char *rows[] = {ROWS[0], ROWS[1], ROWS[2], ROWS[3], ROWS[4], NULL};
            g_autoptr(ToyNetwork) toy = toy_network_new((const char *const *)settings, NULL);
            CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
            toy_network_run(toy, rows, SIM_SECOND);
            if (expected == NULL) {
                expected = g_strdup(toy->log->str);
            }
            toy_network_expect_log(toy, expected);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(expected, "got 5"));
    }
}

static void managed_queues_drop_and_hold(void)
{
    static const char *const SETTINGS[] = {
        "stack.name=datagram", "link.bandwidth=" RATE,       "link.queue=codel(limit=2packets)",
        "record.packets=yes",  "record.series=[link.queue]", NULL};
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 0 1 0 3",
                                       "0ms send 0 1 0 4", NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, ROWS, SIM_MILLISECOND);
    database_fixture_expect(toy->database, "SELECT fate FROM message ORDER BY id",
                            "in-flight;in-flight;in-flight;queue-drop");
    database_fixture_expect(toy->database,
                            "SELECT id, size_bytes, data_bytes, fate, number, flags FROM packet "
                            "ORDER BY id",
                            "1|36|8|in-flight|NULL|NULL;2|36|8|in-flight|NULL|NULL;"
                            "3|36|8|in-flight|NULL|NULL;4|36|8|queue-drop|NULL|NULL");
    database_fixture_expect(
        toy->database, "SELECT max(value), min(value), max(other_id) FROM series", "72.0|0.0|1");
}

/* Where no link asks for packets, messages travel whole: a row is what the packet would have been,
 * and recording it changes nothing. */
static void datagrams_that_meet_no_rate_are_recorded_as_packets(void)
{
    static const char *const ROWS[] = {
        "0ms send 0 1 0 1", "0ms send 0 1 0 2",  "1ms send 0 1 0 3",  "12ms send 1 0 0 4",
        "15ms crash {1}",   "16ms send 0 1 0 5", "40ms send 0 1 0 6", NULL};
    uint64_t fingerprints[2];
    for (unsigned i = 0; i < 2; i++) {
        const char *const settings[] = {"stack.name=datagram", "link.loss=pattern(01)",
                                        i == 0 ? "record.packets=no" : "record.packets=yes", NULL};
        g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_run(toy, ROWS, 45 * SIM_MILLISECOND);
        fingerprints[i] = simulation_fingerprint(network_simulation(toy->network));
        database_fixture_expect(toy->database,
                                "SELECT sender_id, receiver_id, size_bytes, data_bytes, sent_ns / "
                                "1000000, received_ns / 1000000, fate, connection_id FROM packet "
                                "ORDER BY sent_ns, id",
                                i == 0 ? ""
                                       : "0|1|36|8|0|10|delivered|NULL;0|1|36|8|0|NULL|lost|NULL;"
                                         "0|1|36|8|1|11|delivered|NULL;"
                                         "1|0|36|8|12|22|delivered|NULL;"
                                         "0|1|36|8|16|NULL|dead-peer|NULL;"
                                         "0|1|36|8|40|NULL|in-flight|NULL");
    }
    CU_ASSERT_EQUAL(fingerprints[0], fingerprints[1]);
}

/* A packet lost before the queue takes no place in it; one lost behind it does. */
static void loss_stands_where_the_order_says(void)
{
    static const PathCase CASES[] = {
        {"link.loss=pattern(1) link.queue=1packet link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 0 1 0 3"},
         "11 1 opened by 0; 11 1 got 2 from 0; 12 1 got 3 from 0; "},
        {"link.order=loss-last link.loss=pattern(1) link.queue=1packet link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "0ms send 0 1 0 3"},
         "12 1 opened by 0; 12 1 got 2 from 0; "},
        {"link.order=propagation-first link.loss=pattern(1) link.bandwidth=" RATE,
         {"0ms send 0 1 0 1", "0ms send 0 1 0 2"},
         "12 1 opened by 0; 12 1 got 2 from 0; "},
    };
    expect_paths(CASES, G_N_ELEMENTS(CASES));
}

static void rates_change_with_the_timeline(void)
{
    static const PathCase CASES[] = {
        {"link.bandwidth=unlimited",
         {"0ms send 0 1 0 1", "1ms set link.bandwidth " RATE, "1ms send 0 1 0 2",
          "5ms set {0} to {1} link.bandwidth 144kbit/s", "5ms send 0 1 0 3", "5ms send 1 0 0 4"},
         "10 1 opened by 0; 10 1 got 1 from 0; 12 1 got 2 from 0; 16 0 opened by 1; "
         "16 0 got 4 from 1; "
         "17 1 got 3 from 0; "},
        /* Half is sent at the old rate. */
        {"access.up=" RATE,
         {"0ms set {0} access.up 144kbit/s", "1ms set access.up unlimited", "0ms send 0 1 0 1",
          "0ms send 1 0 0 2"},
         "11 1 opened by 0; 11 1 got 1 from 0; 11 0 opened by 1; 11 0 got 2 from 1; "},
    };
    expect_paths(CASES, G_N_ELEMENTS(CASES));
}

static void copies_and_damaged_packets(void)
{
    static const PathCase CASES[] = {
        {"link.duplication=100% link.bandwidth=" RATE,
         {"0ms send 0 1 0 1"},
         "11 1 opened by 0; 11 1 got 1 from 0; 12 1 got 1 from 0; "},
        {"link.corruption=100% link.bandwidth=" RATE, {"0ms send 0 1 0 1"}, ""},
    };
    expect_paths(CASES, G_N_ELEMENTS(CASES));
    static const char *const SETTINGS[] = {"stack.name=datagram", "link.duplication=100%",
                                           "link.corruption=50%", NULL};
    static const char *const ROWS[] = {"0ms send 0 1 0 1", "0ms send 0 1 0 2", "995ms send 0 1 0 3",
                                       NULL};
    g_autoptr(ToyNetwork) toy = toy_network_new(SETTINGS, NULL);
    toy_network_run(toy, ROWS, SIM_SECOND);
    database_fixture_expect(toy->database,
                            "SELECT count(*), count(DISTINCT id), count(duplicate_of), "
                            "sum(fate = 'in-flight') FROM message",
                            "6|6|3|2");
    database_fixture_expect(toy->database,
                            "SELECT count(*) FROM message AS copy JOIN message ON message.id = "
                            "copy.duplicate_of WHERE message.sent_ns = copy.sent_ns",
                            "3");
    database_fixture_expect(toy->database, "SELECT messages FROM loss", "2");
}

/* The text as a file in the working directory, which is that of relative paths; to be removed. */
static char *file_with(const char *text)
{
    char *name = g_strdup("packet-link-XXXXXX");
    const int file = g_mkstemp(name);
    CU_ASSERT_FATAL(file >= 0 && g_close(file, NULL) && g_file_set_contents(name, text, -1, NULL));
    return name;
}

/* 36 bytes: 1 ms from 0 to 1, 2 ms back, nothing elsewhere; 0 to 2 loses. */
static void tables_give_each_link_its_values(void)
{
    g_autofree char *links = file_with("sender,receiver,rate,lost\n0,1,288kbit/s,\n"
                                       "1,0,144kbit/s,0\n0,2,,100%\n");
    g_autofree char *peers = file_with("peer,up,down\n1,144kbit/s,\n2,,288kbit/s\n");
    g_autofree char *setting = g_strdup_printf(
        "link.bandwidth=table(%s,column=rate) link.loss=table(%s,column=lost)", links, links);
    const PathCase pairs[] = {
        {setting,
         {"0ms send 0 1 0 1", "0ms send 1 0 0 2", "0ms send 0 2 1 3", "0ms send 2 0 0 4"},
         "10 0 opened by 2; 10 0 got 4 from 2; 11 1 opened by 0; 11 1 got 1 from 0; "
         "12 0 opened by 1; 12 0 got 2 from 1; "}};
    expect_paths(pairs, G_N_ELEMENTS(pairs));
    g_autofree char *access = g_strdup_printf(
        "access.up=table(%s) access.down=table(%s,otherwise=72kbit/s)", peers, peers);
    const PathCase hosts[] = {
        {access,
         {"0ms send 1 2 0 1", "0ms send 0 2 0 2", "0ms send 2 3 0 3"},
         "11 2 opened by 0; 11 2 got 2 from 0; 13 2 opened by 1; 13 2 got 1 from 1; "
         "14 3 opened by 2; 14 3 got 3 from 2; "}};
    expect_paths(hosts, G_N_ELEMENTS(hosts));
    g_unlink(links);
    g_unlink(peers);
}

/* The narrowest edge of the shortest path: 288 kbit/s from 0 to 2 by way of 1. */
static void bandwidth_of_the_underlay_is_that_of_the_path(void)
{
    g_autofree char *graph = file_with(
        "<graphml><key id='l' for='edge' attr.name='latency'/><key id='b' for='edge' "
        "attr.name='bandwidth'/><graph edgedefault='undirected'>"
        "<node id='a'/><node id='b'/><node id='c'/>"
        "<edge source='a' target='b'><data key='l'>4ms</data><data key='b'>1Mbit/s</data></edge>"
        "<edge source='b' target='c'><data key='l'>6ms</data><data key='b'>288000</data></edge>"
        "<edge source='a' target='c'><data key='l'>90ms</data></edge></graph></graphml>");
    g_autofree char *setting =
        g_strdup_printf("peers.count=3 link.latency=graph(%s) link.bandwidth=graph", graph);
    const PathCase cases[] = {
        {setting,
         {"0ms send 0 2 0 1", "0ms send 2 1 0 2"},
         "7 1 opened by 2; 7 1 got 2 from 2; 11 2 opened by 0; 11 2 got 1 from 0; "}};
    expect_paths(cases, G_N_ELEMENTS(cases));
    g_unlink(graph);
}

static void refused_tables_name_the_place(void)
{
    static const struct {
        const char *text, *message;
    } CASES[] = {
        {"", "found nothing"},
        {"0,1,5Mbit/s\n", "expected a header that begins with sender,receiver"},
        {"sender,receiver,rate\n", "found no column 'bandwidth'"},
        {"sender,receiver,bandwidth\n0,9,1Mbit/s\n", ":2:3:"},
        {"sender,receiver,bandwidth\n0,1,fast\n", ":2:5:"},
        {"sender,receiver,bandwidth\n0,1,1Mbit/s\n0,1,2Mbit/s\n", "found the same link again"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *name = file_with(CASES[i].text);
        g_autofree char *setting = g_strdup_printf("link.bandwidth=table(%s)", name);
        const char *const settings[] = {"stack.name=datagram", setting, NULL};
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(toy_network_new(settings, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        if (strstr(error->message, CASES[i].message) == NULL) {
            printf("\n    found %s, expected in it %s\n", error->message, CASES[i].message);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, CASES[i].message));
        g_unlink(name);
    }
}

/* Jitter of up to 10 ms among packets 1 ms apart. */
static void jitter_overtakes_only_where_it_may(void)
{
    for (int is_free = 0; is_free < 2; is_free++) {
        const char *const settings[] = {"stack.name=datagram", "link.jitter=uniform(0ms, 10ms)",
                                        "link.bandwidth=1Gbit/s",
                                        is_free ? "link.reorder=auto" : "link.reorder=no", NULL};
        g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
        for (int i = 1; i <= 100; i++) {
            g_ptr_array_add(rows, g_strdup_printf("%dms send 0 1 0 %d", i, i));
        }
        g_ptr_array_add(rows, NULL);
        g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
        toy_network_run(toy, (const char *const *)(void *)rows->pdata, SIM_SECOND);
        int previous = 0, overtaken = 0, got = 0;
        for (const char *at = toy->log->str; (at = strstr(at, "got ")) != NULL; at++, got++) {
            const int number = (int)g_ascii_strtoll(at + strlen("got "), NULL, 10);
            overtaken += number < previous;
            previous = number;
        }
        CU_ASSERT_EQUAL(got, 100);
        CU_ASSERT(is_free ? overtaken > 20 : overtaken == 0);
    }
}

CU_TestInfo suite_packet_link[] = {
    {"each_station_takes_its_time", each_station_takes_its_time},
    {"a_full_queue_drops_at_its_station", a_full_queue_drops_at_its_station},
    {"managed_queues_pass_as_ports_do", managed_queues_pass_as_ports_do},
    {"managed_queues_drop_and_hold", managed_queues_drop_and_hold},
    {"datagrams_that_meet_no_rate_are_recorded_as_packets",
     datagrams_that_meet_no_rate_are_recorded_as_packets},
    {"loss_stands_where_the_order_says", loss_stands_where_the_order_says},
    {"rates_change_with_the_timeline", rates_change_with_the_timeline},
    {"copies_and_damaged_packets", copies_and_damaged_packets},
    {"tables_give_each_link_its_values", tables_give_each_link_its_values},
    {"bandwidth_of_the_underlay_is_that_of_the_path",
     bandwidth_of_the_underlay_is_that_of_the_path},
    {"refused_tables_name_the_place", refused_tables_name_the_place},
    {"jitter_overtakes_only_where_it_may", jitter_overtakes_only_where_it_may},
    CU_TEST_INFO_NULL,
};
