/* SPDX-License-Identifier: MIT */
/* Snapshots under loss, crash and partition, and where markers cannot go: each of them ends, says
 * what is missing, and is judged. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <glib/gstdio.h>

#define BANK(peers, more)                                                                          \
    "scenario:\n"                                                                                  \
    "  module: bank\n"                                                                             \
    "peers:\n"                                                                                     \
    "  count: " peers "\n"                                                                         \
    "topology:\n"                                                                                  \
    "  kind: full-mesh\n"                                                                          \
    "  preconnected: yes\n"                                                                        \
    "snapshot:\n"                                                                                  \
    "  start: 500ms\n"                                                                             \
    "  timeout: 5s\n" more

/* The one snapshot of a run: `status verdict missing unreachable lost`. */
static void expect_snapshot(const char *text, const char *const *sets, const char *expected)
{
    g_autoptr(ScenarioFixture) run = scenario_fixture_new(text, sets, 1, true);
    CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
    sqlite3_stmt *row = NULL;
    CU_ASSERT_EQUAL_FATAL(
        sqlite3_prepare_v2(run->database,
                           "SELECT printf('%s %s %s %s %s', status, verdict, ifnull(missing, '-'),"
                           " ifnull(unreachable, '-'), lost) || iif(reasons = '[]', '', reasons)"
                           " FROM snapshot",
                           -1, &row, NULL),
        SQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(sqlite3_step(row), SQLITE_ROW);
    const char *found = (const char *)sqlite3_column_text(row, 0);
    if (g_strcmp0(found, expected) != 0) {
        printf("\n    found:    %s\n    expected: %s\n", found, expected);
    }
    CU_ASSERT_STRING_EQUAL(found, expected);
    CU_ASSERT_EQUAL(sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(row);
}

static void a_partition_outlasts_a_snapshot_or_not(void)
{
    static const char LONG[] = BANK("4", "timeline:\n"
                                         "  - 400ms: partition {0, 1} {2, 3}\n"
                                         "  - 20s: heal\n");
    static const char SHORT[] = BANK("4", "timeline:\n"
                                          "  - 400ms: partition {0, 1} {2, 3}\n"
                                          "  - 2s: heal\n");
    expect_snapshot(LONG, NULL, "timed-out partial [0,1,2,3] - []");
    expect_snapshot(SHORT, NULL, "complete consistent - - []");
}

/* The peer's balance is durable: it comes back with it, and the markers to it are gone. */
static void a_crash_ends_with_its_peer_missing(void)
{
    static const char OTHER[] = BANK("4", "timeline:\n"
                                          "  - 510ms: crash 2\n"
                                          "  - 1s: restart 2\n");
    static const char *const SILENT[] = {"bank.transfers=0", NULL};
    expect_snapshot(OTHER, SILENT, "timed-out partial [0,1,2,3] - []");
    static const char INITIATOR[] = BANK("4", "timeline:\n"
                                              "  - 510ms: crash 0\n");
    expect_snapshot(INITIATOR, SILENT, "crashed partial [0,1,2,3] - []");
}

/* With a constant latency datagrams keep their order, so only the loss is against the assumptions.
 * What is lost before the cut is in no channel, and nothing else is wrong. */
static void a_message_lost_before_the_cut_is_listed(void)
{
    g_autofree char *folder = g_dir_make_tmp("skein-lost-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "delays.csv", NULL);
    CU_ASSERT_FATAL(g_file_set_contents(path,
                                        "sender,receiver,delay\n0,1,lost\n0,1,30ms\n0,1,30ms\n"
                                        "1,0,30ms\n1,0,30ms\n",
                                        -1, NULL));
    g_autofree char *latency = g_strdup_printf("link.latency=replay(%s)", path);
    const char *const sets[] = {latency, "stack.name=datagram", "bank.transfers=0", NULL};
    static const char TEXT[] = BANK("2", "timeline:\n"
                                         "  - 100ms: send 0 1 tokens 7\n"
                                         "  - 480ms: send 1 0 tokens 5\n"
                                         "  - 490ms: send 0 1 tokens 3\n");
    expect_snapshot(TEXT, sets,
                    "complete consistent - - [{\"sender\":0,\"receiver\":1,\"messages\":1}]");
    g_unlink(path);
    g_rmdir(folder);
}

/* Whatever a crash leaves behind, what is complete is right. */
static void complete_is_right_also_among_crashes(void)
{
    unsigned complete = 0, wrong = 0;
    for (unsigned seed = 1; seed <= 60; seed++) {
        g_autofree char *set = g_strdup_printf("scenario.seed=%u", seed);
        const char *const sets[] = {set,
                                    "link.latency=uniform(10ms, 80ms)",
                                    "snapshot.count=5",
                                    "snapshot.interval=150ms",
                                    "snapshot.initiators={0, 3}",
                                    NULL};
        g_autoptr(ScenarioFixture) run = scenario_fixture_new(
            BANK("6", "timeline:\n  - 900ms: crash 4\n  - 1100ms: restart 4\n"), sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        complete += (unsigned)scenario_fixture_integer(
            run, "SELECT count(*) FROM snapshot WHERE status = 'complete'");
        wrong += (unsigned)scenario_fixture_integer(
            run, "SELECT count(*) FROM snapshot WHERE verdict = 'inconsistent'");
        CU_ASSERT_EQUAL(metric_maximum(scenario_fixture_metric(run, "snapshot.inconsistent")), 0);
    }
    CU_ASSERT(complete > 100); /* before and after the crash */
    CU_ASSERT(wrong > 0);      /* some that were under way did not end well */
}

static void lai_yang_under_loss_times_out(void)
{
    static const char *const SETS[] = {"stack.name=datagram", "snapshot.algorithm=lai-yang",
                                       "link.loss=20%", NULL};
    g_autoptr(ScenarioFixture) run = scenario_fixture_new(BANK("5", ""), SETS, 1, true);
    CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
    CU_ASSERT_EQUAL(scenario_fixture_integer(run, "SELECT count(*) FROM snapshot WHERE status ="
                                                  " 'timed-out' AND verdict = 'partial' AND"
                                                  " json_array_length(missing) > 0"),
                    1);
}

/* 0 -> 1 -> 2 -> 0, and 3 -> 0: no marker comes to 3, and 0 waits for none from it. */
static void a_peer_out_of_reach_is_named_and_not_waited_for(void)
{
    g_autofree char *folder = g_dir_make_tmp("skein-reach-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "edges.csv", NULL);
    CU_ASSERT_FATAL(g_file_set_contents(path, "src,dst\n0,1\n1,2\n2,0\n3,0\n2,1\n", -1, NULL));
    g_autofree char *kind = g_strdup_printf("topology.kind=edge-list(%s)", path);
    const char *const sets[] = {kind, "topology.directed=yes", "link.latency=uniform(5ms, 90ms)",
                                NULL};
    expect_snapshot(BANK("4", ""), sets, "complete consistent - [3] []");
    const char *const from_three[] = {kind, "topology.directed=yes", "snapshot.initiators=3",
                                      "link.latency=uniform(5ms, 90ms)", NULL};
    expect_snapshot(BANK("4", ""), from_three, "complete consistent - - []");
    g_autoptr(ScenarioFixture) run = scenario_fixture_new(BANK("4", ""), from_three, 2, true);
    CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
    CU_ASSERT_EQUAL(scenario_fixture_integer(run, "SELECT markers FROM snapshot"), 5);
    g_unlink(path);
    g_rmdir(folder);
}

/* What a snapshot finds stuck is stuck in each later one: a stable property. */
static void a_deadlock_that_a_snapshot_finds_stays(void)
{
    static const char TEXT[] = "scenario:\n"
                               "  module: deadlock\n"
                               "peers:\n"
                               "  count: 6\n"
                               "topology:\n"
                               "  kind: ring\n"
                               "  preconnected: yes\n"
                               "link:\n"
                               "  latency: uniform(10ms, 80ms)\n"
                               "snapshot:\n"
                               "  start: 300ms\n"
                               "  interval: 150ms\n"
                               "  count: 20\n";
    /* Two that wait for each other, without a leave on its way to either. */
#define PAIRS                                                                                      \
    "WITH pair AS (SELECT a.snapshot_id, a.peer_id AS a, b.peer_id AS b FROM snapshot_state AS a"  \
    " JOIN snapshot_state AS b ON b.snapshot_id = a.snapshot_id AND b.peer_id = a.state ->>"       \
    " '$.waits_for' AND b.state ->> '$.waits_for' = a.peer_id WHERE NOT EXISTS (SELECT 1 FROM"     \
    " snapshot_channel AS c, json_each(c.messages) AS m WHERE c.snapshot_id = a.snapshot_id AND"   \
    " (c.sender_id, c.receiver_id) IN (VALUES(a.peer_id, b.peer_id), (b.peer_id, a.peer_id))"      \
    " AND m.value ->> '$.kind' = 'leave')) "
    unsigned found = 0, late = 0;
    int64_t pairs = 0;
    for (unsigned seed = 1; seed <= 40; seed++) {
        g_autofree char *set = g_strdup_printf("scenario.seed=%u", seed);
        const char *const sets[] = {set, NULL};
        g_autoptr(ScenarioFixture) run = scenario_fixture_new(TEXT, sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        pairs += scenario_fixture_integer(run, PAIRS "SELECT count(*) FROM pair");
        CU_ASSERT_EQUAL(scenario_fixture_integer(
                            run, PAIRS "SELECT count(*) FROM pair JOIN snapshot_state AS s ON"
                                       " s.snapshot_id > pair.snapshot_id AND s.peer_id = pair.a"
                                       " WHERE s.state ->> '$.waits_for' IS NOT pair.b"),
                        0);
        const Metric *stuck = scenario_fixture_metric(run, "deadlock.found");
        CU_ASSERT_EQUAL(metric_count(stuck), 20);
        CU_ASSERT_EQUAL(metric_maximum(scenario_fixture_metric(run, "snapshot.inconsistent")), 0);
        found += metric_maximum(stuck) > 0;
        late += metric_maximum(stuck) > 0 && metric_minimum(stuck) == 0;
    }
    CU_ASSERT(found > 20); /* most runs end in a deadlock */
    CU_ASSERT(pairs > 100);
    CU_ASSERT(late > 5); /* and it is not there from the first snapshot on */
}

CU_TestInfo suite_snapshot_faults[] = {
    {"a_partition_outlasts_a_snapshot_or_not", a_partition_outlasts_a_snapshot_or_not},
    {"a_crash_ends_with_its_peer_missing", a_crash_ends_with_its_peer_missing},
    {"a_message_lost_before_the_cut_is_listed", a_message_lost_before_the_cut_is_listed},
    {"complete_is_right_also_among_crashes", complete_is_right_also_among_crashes},
    {"lai_yang_under_loss_times_out", lai_yang_under_loss_times_out},
    {"a_peer_out_of_reach_is_named_and_not_waited_for",
     a_peer_out_of_reach_is_named_and_not_waited_for},
    {"a_deadlock_that_a_snapshot_finds_stays", a_deadlock_that_a_snapshot_finds_stays},
    CU_TEST_INFO_NULL,
};
