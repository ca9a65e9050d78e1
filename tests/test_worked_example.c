/* SPDX-License-Identifier: MIT */
/* Worked examples of snapshots, re-run from files to the nanosecond: those of the literature, whose
 * results are in the books, and generated ones, whose results a second implementation works out: a
 * loop over a list of events that shares nothing with the program. */
#include "tests/suite.h"

#include "tests/scenario_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* States and channels of all snapshots in one line: `S snapshot peer tokens;` and `C snapshot
 * sender receiver tokens,tokens;`, channels without messages left out. */
static char *result_of(ScenarioFixture *run)
{
    static const char SQL[] =
        "SELECT line FROM (SELECT snapshot_id AS a, 0 AS b, peer_id AS c, 0 AS d, printf('S %d %d"
        " %d;', snapshot_id, peer_id, state ->> '$.tokens') AS line FROM snapshot_state"
        " UNION ALL SELECT snapshot_id, 1, sender_id, receiver_id, printf('C %d %d %d %s;',"
        " snapshot_id, sender_id, receiver_id, (SELECT group_concat(value ->> '$.content.tokens')"
        " FROM json_each(messages))) FROM snapshot_channel WHERE messages <> '[]')"
        " ORDER BY a, b, c, d";
    GString *text = g_string_new(NULL);
    sqlite3_stmt *row = NULL;
    CU_ASSERT_EQUAL_FATAL(sqlite3_prepare_v2(run->database, SQL, -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        g_string_append(text, (const char *)sqlite3_column_text(row, 0));
    }
    sqlite3_finalize(row);
    return g_string_free(text, FALSE);
}

static bool is_all_right(ScenarioFixture *run)
{
    return scenario_fixture_integer(run, "SELECT count(*) FROM snapshot WHERE status <> 'complete'"
                                         " OR verdict <> 'consistent'") == 0;
}

static void the_examples_of_the_literature_give_their_results(void)
{
    static const struct {
        const char *file, *expected;
    } CASES[] = {
        {"worked-states.yaml", "S 1 0 10;S 1 1 6;C 1 1 0 4;"},
        {"worked-token.yaml", "S 1 0 1;S 1 1 0;S 2 0 0;S 2 1 0;C 2 1 0 1;"},
        {"worked-accounts.yaml", "S 1 0 600;S 1 1 120;C 1 1 0 80;S 2 0 550;S 2 1 170;C 2 1 0 80;"},
        {"worked-widgets.yaml", "S 1 0 1000;S 1 1 2045;C 1 1 0 5;"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(ScenarioFixture) run = scenario_fixture_new(CASES[i].file, NULL, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        g_autofree char *result = result_of(run);
        CU_ASSERT_STRING_EQUAL(result, CASES[i].expected);
        CU_ASSERT(is_all_right(run));
    }
}

/* The second implementation. */

enum { PEERS_MAX = 24, SNAPSHOTS = 12 };

typedef struct Item {
    int64_t time; /* when it happens, or arrives */
    enum { DO_SEND, DO_SNAPSHOT, GET_TOKENS, GET_MARKER } what;
    unsigned from, to; /* the peers; a snapshot's is in `from` */
    unsigned value;    /* tokens, or the snapshot */
} Item;

typedef struct Reference {
    GRand *random; /* of the example, seeded by its number */
    unsigned peers;
    bool has_channel[PEERS_MAX][PEERS_MAX];
    int64_t last_arrival[PEERS_MAX][PEERS_MAX];
    int64_t tokens[PEERS_MAX];
    unsigned initiators[SNAPSHOTS], numbers[SNAPSHOTS];
    bool has_recorded[SNAPSHOTS][PEERS_MAX];
    int64_t recorded[SNAPSHOTS][PEERS_MAX];
    bool is_closed[SNAPSHOTS][PEERS_MAX][PEERS_MAX];
    GString *contents[SNAPSHOTS][PEERS_MAX][PEERS_MAX];
    GString *delays, *timeline;
    GArray *items; /* of Item */
} Reference;

/* Sends at a time with a delay of 1 to 80 ms, more where something is before it. */
static void dispatch(Reference *reference, int64_t now, Item item)
{
    int64_t *last = &reference->last_arrival[item.from][item.to];
    item.time = now + g_rand_int_range(reference->random, 1000000, 80000000);
    item.time = MAX(item.time, *last + 1);
    *last = item.time;
    g_array_append_val(reference->items, item);
    g_string_append_printf(reference->delays, "%u,%u,%" G_GINT64_FORMAT "ns\n", item.from, item.to,
                           item.time - now);
}

static void record_at(Reference *reference, int64_t now, unsigned snapshot, unsigned peer)
{
    reference->has_recorded[snapshot][peer] = true;
    reference->recorded[snapshot][peer] = reference->tokens[peer];
    for (unsigned to = 0; to < reference->peers; to++) {
        if (reference->has_channel[peer][to]) {
            dispatch(reference, now,
                     (Item){.what = GET_MARKER, .from = peer, .to = to, .value = snapshot});
        }
    }
}

static void get_tokens(Reference *reference, const Item *item)
{
    for (unsigned s = 0; s < SNAPSHOTS; s++) {
        GString **contents = &reference->contents[s][item->from][item->to];
        if (reference->has_recorded[s][item->to] &&
            !reference->is_closed[s][item->from][item->to]) {
            *contents = *contents == NULL ? g_string_new(NULL) : *contents;
            g_string_append_printf(*contents, "%s%u", (*contents)->len == 0 ? "" : ",",
                                   item->value);
        }
    }
    reference->tokens[item->to] += item->value;
}

static void step(Reference *reference, const Item *item)
{
    switch (item->what) {
    case DO_SEND:
        if (reference->tokens[item->from] >= item->value) {
            reference->tokens[item->from] -= item->value;
            dispatch(
                reference, item->time,
                (Item){
                    .what = GET_TOKENS, .from = item->from, .to = item->to, .value = item->value});
        }
        break;
    case DO_SNAPSHOT:
        record_at(reference, item->time, item->value, item->from);
        break;
    case GET_TOKENS:
        get_tokens(reference, item);
        break;
    case GET_MARKER:
        if (!reference->has_recorded[item->value][item->to]) {
            record_at(reference, item->time, item->value, item->to);
        }
        reference->is_closed[item->value][item->from][item->to] = true;
        break;
    }
}

/* Always the earliest of what is left. No two events of a peer share an instant in these examples,
 * which is checked. */
static bool run_reference(Reference *reference)
{
    while (reference->items->len > 0) {
        guint first = 0;
        for (guint i = 1; i < reference->items->len; i++) {
            const int64_t time = g_array_index(reference->items, Item, i).time;
            const int64_t least = g_array_index(reference->items, Item, first).time;
            if (time == least) {
                return false;
            }
            first = time < least ? i : first;
        }
        const Item item = g_array_index(reference->items, Item, first);
        g_array_remove_index(reference->items, first);
        step(reference, &item);
    }
    return true;
}

/* A ring one way, so that all can be reached, and some more channels. */
static void draw_channels(Reference *reference, GString *edges)
{
    g_string_assign(edges, "src,dst\n");
    for (unsigned i = 0; i < reference->peers; i++) {
        for (unsigned j = 0; j < reference->peers; j++) {
            const bool is_next = j == (i + 1) % reference->peers;
            const bool is_drawn = g_rand_double(reference->random) < 3.0 / reference->peers;
            if (i != j && (is_next || is_drawn)) {
                reference->has_channel[i][j] = true;
                g_string_append_printf(edges, "%u,%u\n", i, j);
            }
        }
    }
}

static void draw_story(Reference *reference)
{
    for (unsigned k = 0; k < 40 * reference->peers; k++) {
        Item item = {.time = g_rand_int_range(reference->random, 1, 1000000000),
                     .what = DO_SEND,
                     .value = (unsigned)g_rand_int_range(reference->random, 1, 20)};
        item.from = (unsigned)g_rand_int_range(reference->random, 0, (int)reference->peers);
        item.to = (unsigned)g_rand_int_range(reference->random, 0, (int)reference->peers);
        if (reference->has_channel[item.from][item.to]) {
            g_array_append_val(reference->items, item);
            g_string_append_printf(reference->timeline,
                                   "  - %" G_GINT64_FORMAT "ns: send %u %u tokens %u\n", item.time,
                                   item.from, item.to, item.value);
        }
    }
    /* Snapshots of the first few peers, close to each other, so that they overlap. */
    int64_t time = 100000000;
    for (unsigned s = 0; s < SNAPSHOTS; s++) {
        const unsigned initiator =
            (unsigned)g_rand_int_range(reference->random, 0, 4) % reference->peers;
        reference->initiators[s] = initiator;
        for (unsigned before = 0; before <= s; before++) {
            reference->numbers[s] += reference->initiators[before] == initiator;
        }
        time += g_rand_int_range(reference->random, 1, 30000000);
        const Item item = {.time = time, .what = DO_SNAPSHOT, .from = initiator, .value = s};
        g_array_append_val(reference->items, item);
        g_string_append_printf(reference->timeline, "  - %" G_GINT64_FORMAT "ns: snapshot %u\n",
                               time, initiator);
    }
}

/* As result_of() writes it: in the order of the ids of the snapshots. */
static char *expected_of(const Reference *reference)
{
    GString *text = g_string_new(NULL);
    for (uint64_t id = 1; id < (uint64_t)PEERS_MAX << 32; id++) {
        unsigned s = 0;
        while (s < SNAPSHOTS &&
               (reference->initiators[s] != id >> 32 || reference->numbers[s] != (uint32_t)id)) {
            s++;
        }
        if (s == SNAPSHOTS) {
            id = ((id >> 32) + 1) << 32; /* the initiator has no more */
            continue;
        }
        for (unsigned peer = 0; peer < reference->peers; peer++) {
            g_string_append_printf(text, "S %" G_GUINT64_FORMAT " %u %" G_GINT64_FORMAT ";", id,
                                   peer, reference->recorded[s][peer]);
        }
        for (unsigned from = 0; from < reference->peers; from++) {
            for (unsigned to = 0; to < reference->peers; to++) {
                const GString *contents = reference->contents[s][from][to];
                if (contents != NULL) {
                    g_string_append_printf(text, "C %" G_GUINT64_FORMAT " %u %u %s;", id, from, to,
                                           contents->str);
                }
            }
        }
    }
    return g_string_free(text, FALSE);
}

static void free_reference(Reference *reference)
{
    for (unsigned s = 0; s < SNAPSHOTS; s++) {
        for (unsigned i = 0; i < PEERS_MAX * PEERS_MAX; i++) {
            GString *contents = reference->contents[s][i / PEERS_MAX][i % PEERS_MAX];
            if (contents != NULL) {
                g_string_free(contents, TRUE);
            }
        }
    }
    g_string_free(reference->delays, TRUE);
    g_string_free(reference->timeline, TRUE);
    g_array_unref(reference->items);
    g_rand_free(reference->random);
    g_free(reference);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    CU_ASSERT_FATAL(g_file_set_contents(path, text, -1, NULL));
}

/* Writes the example's files and returns the scenario's text. */
static char *write_example(const Reference *reference, const char *folder, const GString *edges)
{
    g_autoptr(GString) state = g_string_new("peer,key,value\n");
    for (unsigned i = 0; i < reference->peers; i++) {
        g_string_append_printf(state, "%u,tokens,%" G_GINT64_FORMAT "\n", i, reference->tokens[i]);
    }
    write_file(folder, "state.csv", state->str);
    write_file(folder, "edges.csv", edges->str);
    return g_strdup_printf("scenario:\n"
                           "  module: bank\n"
                           "peers:\n"
                           "  count: %u\n"
                           "topology:\n"
                           "  kind: edge-list(%s/edges.csv)\n"
                           "  directed: yes\n"
                           "  preconnected: yes\n"
                           "link:\n"
                           "  latency: replay(%s/delays.csv)\n"
                           "bank:\n"
                           "  transfers: 0\n"
                           "snapshot:\n"
                           "  count: 0\n"
                           "  timeout: 60s\n"
                           "  state: file(%s/state.csv)\n"
                           "timeline:\n"
                           "%s",
                           reference->peers, folder, folder, folder, reference->timeline->str);
}

static void run_example(unsigned number, const char *folder)
{
    Reference *reference = g_new0(Reference, 1);
    g_autoptr(GString) edges = g_string_new(NULL);
    reference->random = g_rand_new_with_seed(number);
    reference->peers = 2 + (number - 1) * (PEERS_MAX - 2) / 19;
    reference->delays = g_string_new("sender,receiver,delay\n");
    reference->timeline = g_string_new(NULL);
    reference->items = g_array_new(FALSE, FALSE, sizeof(Item));
    draw_channels(reference, edges);
    for (unsigned i = 0; i < reference->peers; i++) {
        reference->tokens[i] = g_rand_int_range(reference->random, 0, 200);
    }
    draw_story(reference);
    g_autofree char *text = write_example(reference, folder, edges);
    CU_ASSERT(run_reference(reference));
    write_file(folder, "delays.csv", reference->delays->str);
    g_autofree char *expected = expected_of(reference);
    g_autoptr(ScenarioFixture) run = scenario_fixture_new(text, NULL, 1 + number % 3, true);
    CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
    g_autofree char *result = result_of(run);
    CU_ASSERT_STRING_EQUAL(result, expected);
    CU_ASSERT(strstr(expected, "C ") != NULL);
    CU_ASSERT_EQUAL(scenario_fixture_integer(run, "SELECT count(*) FROM snapshot"), SNAPSHOTS);
    CU_ASSERT(is_all_right(run));
    free_reference(reference);
}

static void twenty_generated_examples_give_their_results(void)
{
    g_autofree char *folder = g_dir_make_tmp("skein-example-XXXXXX", NULL);
    for (unsigned number = 1; number <= 20; number++) {
        run_example(number, folder);
    }
    static const char *const NAMES[] = {"state.csv", "edges.csv", "delays.csv"};
    for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
        g_autofree char *path = g_build_filename(folder, NAMES[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

CU_TestInfo suite_worked_example[] = {
    {"the_examples_of_the_literature_give_their_results",
     the_examples_of_the_literature_give_their_results},
    {"twenty_generated_examples_give_their_results", twenty_generated_examples_give_their_results},
    CU_TEST_INFO_NULL,
};
