/* SPDX-License-Identifier: MIT */
/* Snapshots of banks: right where the algorithm's assumptions hold, found wrong where they do not,
 * and as fast and as talkative as the paper says. */
#include "tests/suite.h"

#include "analysis/snapshot_scene.h"
#include "tests/scenario_fixture.h"

#include <glib/gstdio.h>

static const char BANK[] = "scenario:\n"
                           "  module: bank\n"
                           "peers:\n"
                           "  count: 5\n"
                           "topology:\n"
                           "  kind: full-mesh\n"
                           "  preconnected: yes\n"
                           "link:\n"
                           "  latency: uniform(10ms, 80ms)\n"
                           "snapshot:\n"
                           "  start: 500ms\n";

/* The sum of a metric over the run. */
static int64_t sum_of(ScenarioFixture *fixture, const char *metric)
{
    g_autofree char *text = metric_sum_text(scenario_fixture_metric(fixture, metric));
    return g_ascii_strtoll(text, NULL, 10);
}

/* Runs the seeds from 1 on with some settings, and counts the snapshots that are wrong and those
 * that timed out. */
typedef struct Campaign {
    unsigned seeds, snapshots, wrong, timed_out;
} Campaign;

/* One run, or NULL. */
static ScenarioFixture *run_seed(const char *text, const char *const *sets, unsigned seed)
{
    const char *all[12];
    unsigned count = 0;
    g_autofree char *set = g_strdup_printf("scenario.seed=%u", seed);
    all[count++] = set;
    for (; sets[count - 1] != NULL; count++) {
        all[count] = sets[count - 1];
    }
    all[count] = NULL;
    g_autoptr(ScenarioFixture) run = scenario_fixture_new(text, all, 1, false);
    return run != NULL && scenario_fixture_run(run) ? g_steal_pointer(&run) : NULL;
}

/* The first seed of which the oracle finds a snapshot wrong; 0: none. */
static unsigned find_wrong_seed(const char *text, const char *const *sets, unsigned seeds)
{
    for (unsigned seed = 1; seed <= seeds; seed++) {
        g_autoptr(ScenarioFixture) run = run_seed(text, sets, seed);
        CU_ASSERT_FATAL(run != NULL);
        if (sum_of(run, "snapshot.wrong") > 0) {
            return seed;
        }
    }
    return 0;
}

static Campaign run_seeds(const char *text, const char *const *sets, unsigned seeds)
{
    Campaign campaign = {.seeds = seeds};
    for (unsigned seed = 1; seed <= seeds; seed++) {
        g_autoptr(ScenarioFixture) run = run_seed(text, sets, seed);
        CU_ASSERT_FATAL(run != NULL);
        campaign.snapshots +=
            (unsigned)metric_count(scenario_fixture_metric(run, "snapshot.inconsistent"));
        campaign.wrong += (unsigned)sum_of(run, "snapshot.wrong");
        campaign.timed_out += (unsigned)sum_of(run, "snapshot.timed-out");
    }
    return campaign;
}

/* How many seeds: SKEIN_SEEDS, which the documents name, or few. */
static unsigned seed_count(unsigned few)
{
    const char *given = g_getenv("SKEIN_SEEDS");
    const guint64 count = given == NULL ? 0 : g_ascii_strtoull(given, NULL, 10);
    return count > 0 && count <= 1000000 ? (unsigned)count : few;
}

/* Must hold 1. The directed graph is a ring one way with chords. */
static void snapshot_is_right_on_fifo_channels(void)
{
    g_autofree char *folder = g_dir_make_tmp("skein-directed-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "edges.csv", NULL);
    CU_ASSERT_FATAL(g_file_set_contents(
        path, "src,dst\n0,1\n1,2\n2,3\n3,4\n4,5\n5,0\n1,4\n4,1\n5,2\n3,0\n", -1, NULL));
    g_autofree char *directed = g_strdup_printf("topology.kind=edge-list(%s)", path);
    const char *const kinds[] = {"topology.kind=full-mesh", "topology.kind=ring",
                                 "topology.kind=random-regular", directed};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const char *const sets[] = {kinds[i],
                                    "topology.directed=yes",
                                    "peers.count=6",
                                    "topology.degree=3",
                                    "snapshot.count=3",
                                    "snapshot.interval=60ms",
                                    "snapshot.initiators={0, 3}",
                                    NULL};
        const Campaign campaign = run_seeds(BANK, sets, seed_count(100));
        CU_ASSERT_EQUAL(campaign.snapshots, 6 * campaign.seeds);
        CU_ASSERT_EQUAL(campaign.wrong, 0);
        CU_ASSERT_EQUAL(campaign.timed_out, 0);
    }
    g_unlink(path);
    g_rmdir(folder);
}

/* The other halves of must hold 2. */
static void snapshot_is_right_where_its_algorithm_fits(void)
{
    static const char *const CASES[][4] = {
        {"stack.name=datagram", "snapshot.algorithm=lai-yang", NULL},
        {"snapshot.channel=stream-per-message", "snapshot.algorithm=lai-yang", NULL},
        {"snapshot.channel=stream-per-message", "ideal.order=connection", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const Campaign campaign = run_seeds(BANK, CASES[i], seed_count(100));
        CU_ASSERT_EQUAL(campaign.snapshots, campaign.seeds);
        CU_ASSERT_EQUAL(campaign.wrong, 0);
        CU_ASSERT_EQUAL(campaign.timed_out, 0);
    }
}

static void snapshot_is_found_wrong_where_markers_overtake(void)
{
    static const char *const DATAGRAM[] = {"stack.name=datagram", NULL};
    static const char *const STREAMS[] = {"snapshot.channel=stream-per-message", NULL};
    static const char *const ORIGINAL[] = {"snapshot.algorithm=original", NULL};
    CU_ASSERT(run_seeds(BANK, DATAGRAM, 50).wrong > 10);
    CU_ASSERT(run_seeds(BANK, STREAMS, 50).wrong > 10);
    CU_ASSERT(run_seeds(BANK, ORIGINAL, 50).wrong > 10);
}

/* Must hold 4: with constant latency L and no traffic the last of a mesh records at L, all are
 * complete by 2 L; one marker for each directed channel. */
static void snapshot_of_a_silent_mesh_takes_two_latencies(void)
{
    for (unsigned peers = 3; peers <= 20; peers += 1) {
        g_autofree char *count = g_strdup_printf("peers.count=%u", peers);
        const char *const sets[] = {count, "bank.transfers=0", "link.latency=20ms", NULL};
        g_autoptr(ScenarioFixture) run = scenario_fixture_new(BANK, sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        CU_ASSERT_EQUAL(sum_of(run, "snapshot.markers"), peers * (peers - 1));
        CU_ASSERT_EQUAL(scenario_fixture_integer(
                            run, "SELECT max(recorded_ns) - min(recorded_ns) FROM snapshot_state"),
                        20000000);
        /* Spans of the parts end when these are complete. */
        CU_ASSERT_EQUAL(
            scenario_fixture_integer(run, "SELECT max(end_ns) FROM span WHERE name = 'snapshot'"),
            500000000 + 2 * 20000000);
        CU_ASSERT_EQUAL(scenario_fixture_integer(run, "SELECT count(*) FROM snapshot_channel"),
                        peers * (peers - 1));
    }
}

/* Must hold 3. */
static void snapshot_mutants_are_all_caught(void)
{
    enum { SEEDS = 1000 };
    static const char *const MUTANTS[] = {
#define X(identifier, name) name,
#include "tests/mutant_list.h"
#undef X
    };
    unsigned caught = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(MUTANTS); i++) {
        g_autofree char *algorithm = g_strdup_printf("snapshot.algorithm=%s", MUTANTS[i]);
        /* On FIFO channels the marker always comes before a red message: colours are idle there. */
        const bool is_about_colours = g_str_equal(MUTANTS[i], "colour-ignored");
        const char *const sets[] = {
            algorithm, "bank.interval=uniform(1ms, 30ms)", "bank.transfers=60",
            is_about_colours ? "stack.name=datagram" : "stack.name=ideal", NULL};
        const unsigned seed = find_wrong_seed(BANK, sets, SEEDS);
        caught += seed > 0;
        printf("\n    mutant %s: %s %u", MUTANTS[i],
               seed > 0 ? "caught with seed" : "not caught in", seed > 0 ? seed : SEEDS);
    }
    printf("\n    %u of %u mutants caught\n    ", caught, (unsigned)G_N_ELEMENTS(MUTANTS));
    CU_ASSERT_EQUAL(caught, G_N_ELEMENTS(MUTANTS));
    /* And the same runs of the algorithms themselves are right. */
    static const char *const RIGHT[] = {"chandy-lamport", "lai-yang"};
    for (size_t i = 0; i < G_N_ELEMENTS(RIGHT); i++) {
        g_autofree char *algorithm = g_strdup_printf("snapshot.algorithm=%s", RIGHT[i]);
        const char *const sets[] = {algorithm, "bank.interval=uniform(1ms, 30ms)",
                                    "bank.transfers=60",
                                    i == 1 ? "stack.name=datagram" : "stack.name=ideal", NULL};
        CU_ASSERT_EQUAL(find_wrong_seed(BANK, sets, 200), 0);
    }
}

/* What the picture paints red it finds in the record alone, by times and numbers of messages: a
 * second opinion, which agrees with the oracle's. Latencies are drawn to the nanosecond, so that no
 * message arrives in the instant of a cut. */
static void snapshot_verdicts_agree_with_the_record(void)
{
    unsigned wrong = 0;
    for (unsigned seed = 1; seed <= 60; seed++) {
        g_autofree char *set = g_strdup_printf("scenario.seed=%u", seed);
        const char *const sets[] = {set, "snapshot.channel=stream-per-message", NULL};
        g_autoptr(ScenarioFixture) run = scenario_fixture_new(BANK, sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        const PlotOptions options = {.from_ns = G_MININT64, .to_ns = G_MAXINT64};
        const PlotSource source = {.database = run->database, .options = &options, .run_id = 1};
        g_auto(SnapshotScene) scene = {0};
        CU_ASSERT_FATAL(snapshot_scene_read(&source, &scene, NULL));
        const unsigned found =
            scene.counts[ROLE_MISSED] + scene.counts[ROLE_EARLY] + scene.counts[ROLE_WRONG];
        CU_ASSERT_EQUAL(found > 0, sum_of(run, "snapshot.inconsistent") > 0);
        CU_ASSERT_EQUAL(scene.counts[ROLE_RECORDED] + scene.counts[ROLE_WRONG],
                        sum_of(run, "snapshot.messages"));
        wrong += found > 0;
    }
    CU_ASSERT(wrong > 10 && wrong < 60);
}

static void snapshot_is_the_same_in_partitions_and_at_each_recording_level(void)
{
    static const char *const BASE[] = {"snapshot.channel=stream-per-message", NULL};
    g_autoptr(ScenarioFixture) whole = scenario_fixture_new(BANK, BASE, 1, true);
    CU_ASSERT_FATAL(whole != NULL && scenario_fixture_run(whole));
    g_autofree char *digest = scenario_fixture_digest(whole);
    for (unsigned partitions = 2; partitions <= 5; partitions++) {
        g_autoptr(ScenarioFixture) cut = scenario_fixture_new(BANK, BASE, partitions, true);
        CU_ASSERT_FATAL(cut != NULL && scenario_fixture_run(cut));
        g_autofree char *other = scenario_fixture_digest(cut);
        CU_ASSERT_STRING_EQUAL(other, digest);
    }
    static const char *const LEVELS[] = {"record.level=metrics", "record.level=sampled(10%)"};
    for (size_t i = 0; i < G_N_ELEMENTS(LEVELS); i++) {
        const char *const sets[] = {BASE[0], LEVELS[i], NULL};
        g_autoptr(ScenarioFixture) less = scenario_fixture_new(BANK, sets, 2, true);
        CU_ASSERT_FATAL(less != NULL && scenario_fixture_run(less));
        CU_ASSERT_EQUAL(sum_of(less, "snapshot.inconsistent"),
                        sum_of(whole, "snapshot.inconsistent"));
        CU_ASSERT_EQUAL(scenario_fixture_integer(less, "SELECT count(*) FROM snapshot"), 1);
        CU_ASSERT_EQUAL(scenario_fixture_integer(less, "SELECT count(*) FROM snapshot_state"), 5);
    }
}

CU_TestInfo suite_snapshot[] = {
    {"snapshot_is_right_on_fifo_channels", snapshot_is_right_on_fifo_channels},
    {"snapshot_is_right_where_its_algorithm_fits", snapshot_is_right_where_its_algorithm_fits},
    {"snapshot_is_found_wrong_where_markers_overtake",
     snapshot_is_found_wrong_where_markers_overtake},
    {"snapshot_of_a_silent_mesh_takes_two_latencies",
     snapshot_of_a_silent_mesh_takes_two_latencies},
    {"snapshot_mutants_are_all_caught", snapshot_mutants_are_all_caught},
    {"snapshot_verdicts_agree_with_the_record", snapshot_verdicts_agree_with_the_record},
    {"snapshot_is_the_same_in_partitions_and_at_each_recording_level",
     snapshot_is_the_same_in_partitions_and_at_each_recording_level},
    CU_TEST_INFO_NULL,
};
