/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "scenarios/draft_row.h"
#include "scenarios/run.h"
#include "scenarios/scenario_find.h"
#include "sim/record.h"

#include <string.h>

static const char TEXT[] = "scenario:\n  module: ping\n  title: 'It''s: a test'\n  stop: 9s\n"
                           "peers:\n  count: 4\n  names: [Rome, Oslo, 'New York', Lima]\n"
                           "topology:\n  kind: ring\n"
                           "link:\n  latency: uniform(5ms, 9ms)\n"
                           "ping:\n  count: 0\n  pingers: none\n"
                           "timeline:\n"
                           "  - 4s: restart {Oslo}\n"
                           "  - 1s: ping Rome Lima\n"
                           "  - 2s: partition {Rome, Oslo} {'New York', 3}\n"
                           "  - 3s: crash 1\n"
                           "  - 3s: set all 3 link.latency 'normal(20ms, 1ms, min=1ms)'\n"
                           "  - 3s: heal\n"
                           "expect:\n  - ping.loss == 0\n";

static Scenario *scenario_of(const char *text)
{
    GError *error = NULL;
    ScenarioFile *file = scenario_file_parse(text, strlen(text), "four.yaml", ".", &error);
    Scenario *scenario = file == NULL ? NULL : scenario_new(file, &error);
    if (error != NULL) {
        printf("%s\n", error->message);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    return scenario;
}

static Draft *draft_of(Scenario *scenario)
{
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    return draft_new(scenario, run_network(run));
}

static Draft *new_draft(void)
{
    g_autoptr(Scenario) scenario = scenario_of(TEXT);
    return draft_of(scenario);
}

static const char *action_of(const Draft *draft, guint index)
{
    return ((const DraftRow *)g_ptr_array_index(draft->rows, index))->action;
}

static void rows_have_numbers_and_stand_by_time(void)
{
    static const char *const EXPECTED[] = {
        "ping 0 3", "partition {0..1} {2..3}",
        "crash 1",  "set all 3 link.latency normal(20ms, 1ms, min=1ms)",
        "heal",     "restart 1"};
    g_autoptr(Draft) draft = new_draft();
    CU_ASSERT_EQUAL_FATAL(draft->rows->len, G_N_ELEMENTS(EXPECTED));
    for (guint i = 0; i < draft->rows->len; i++) {
        CU_ASSERT_STRING_EQUAL(action_of(draft, i), EXPECTED[i]);
    }
}

static void peer_goes_with_what_names_only_it(void)
{
    static const char *const EXPECTED[] = {"ping 0 2", "partition 0 {1..2}",
                                           "set all 2 link.latency normal(20ms, 1ms, min=1ms)",
                                           "heal"};
    g_autoptr(Draft) draft = new_draft();
    CU_ASSERT_TRUE(draft_drop_peer(draft, 1, false));
    CU_ASSERT_EQUAL(draft->peer_count, 3);
    CU_ASSERT_EQUAL_FATAL(draft->rows->len, G_N_ELEMENTS(EXPECTED));
    for (guint i = 0; i < draft->rows->len; i++) {
        CU_ASSERT_STRING_EQUAL(action_of(draft, i), EXPECTED[i]);
    }
}

static void rows_are_renamed_by_their_usage(void)
{
    static const struct {
        const char *action, *renamed;
        EntityId dropped;
    } CASES[] = {
        {"crash {0..5, 9}", "crash {0..4, 8}", 3},
        {"crash {3}", NULL, 3},
        {"crash all", "crash all", 3},
        {"restart {0, 2, 4, 5, 6}", "restart {0, 2..5}", 3},
        {"partition 3 {4, 5}", NULL, 3},
        {"ping 9 0", "ping 8 0", 3},
        {"ping 9 3", NULL, 3},
        {"ping 9 10", NULL, RECORD_NO_PEER},
        {"ping 9", NULL, RECORD_NO_PEER},
        {"dance 9", NULL, RECORD_NO_PEER},
        {"heal", "heal", 0},
        {"set link.loss 1%", "set link.loss 1%", 0},
    };
    const DraftPeers peers = {10, NULL};
    const Action *actions = scenario_find("ping", NULL)->application->actions;
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autofree char *renamed =
            draft_row_rename(actions, CASES[i].action, &peers, CASES[i].dropped);
        CU_ASSERT_EQUAL(g_strcmp0(renamed, CASES[i].renamed), 0);
    }
}

/* What is written is read back as the same draft. */
static void draft_is_written_as_it_is(void)
{
    g_autoptr(Draft) draft = new_draft();
    draft_unset(draft, "peers.names");
    DraftText text = draft_text(draft, "four", "Two lines\nof comment");
    CU_ASSERT_TRUE(g_str_has_prefix(text.scenario, "# Two lines\n# of comment\nscenario:\n"));
    CU_ASSERT_PTR_NULL(text.messages);
    CU_ASSERT_PTR_NULL(text.edges);
    g_autoptr(Scenario) again = scenario_of(text.scenario);
    CU_ASSERT_STRING_EQUAL(again->title, "It's: a test");
    g_autoptr(Draft) copy = draft_of(again);
    DraftText second = draft_text(copy, "four", "Two lines\nof comment");
    CU_ASSERT_STRING_EQUAL(second.scenario, text.scenario);
    draft_text_clear(&second);
    draft_text_clear(&text);
}

static void messages_stand_in_for_the_models_of_links(void)
{
    g_autoptr(Draft) draft = new_draft();
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(DraftMessage));
    const DraftMessage sent[] = {{0, 3, SIM_SECOND, 250 * SIM_MICROSECOND},
                                 {3, 0, SIM_SECOND, 0},
                                 {2, 1, 2 * SIM_SECOND, 37 * SIM_MILLISECOND}};
    g_array_append_vals(messages, sent, G_N_ELEMENTS(sent));
    draft_take_messages(draft, messages);
    CU_ASSERT_PTR_NULL(draft_setting(draft, "link.latency"));
    CU_ASSERT_EQUAL(draft->latency, 100 * SIM_MICROSECOND);
    CU_ASSERT_EQUAL(draft->rows->len, 5); /* without `set` */
    DraftText text = draft_text(draft, "four", NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(text.scenario, "latency: replay(four.csv, then=100us)\n"));
    CU_ASSERT_STRING_EQUAL(text.messages, "sender,receiver,delay\n0,3,250us\n3,0,lost\n2,1,37ms\n");
    draft_text_clear(&text);
    CU_ASSERT_TRUE(draft_drop_peer(draft, 0, false));
    CU_ASSERT_EQUAL_FATAL(draft->messages->len, 1);
    const DraftMessage *left = &g_array_index(draft->messages, DraftMessage, 0);
    CU_ASSERT_EQUAL(left->sender, 1);
    CU_ASSERT_EQUAL(left->receiver, 0);
}

/* Edges as `0-1 1-2`, in order. */
static char *edges_of(const Draft *draft)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < draft->edges->len; i++) {
        const DraftEdge *edge = &g_array_index(draft->edges, DraftEdge, i);
        g_string_append_printf(text, "%s%u-%u", i == 0 ? "" : " ", edge->from, edge->to);
    }
    return g_string_free(text, FALSE);
}

static void a_bridge_keeps_a_ring_a_ring(void)
{
    static const struct {
        const char *directed;
        bool bridge;
        const char *edges;
    } CASES[] = {
        {"no", false, "0-1 1-2"}, {"no", true, "0-1 1-2 0-2"}, {"yes", true, "0-1 1-2 2-0"}};
    static const DraftEdge RING[] = {{0, 1}, {1, 2}, {2, 3}, {3, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(Draft) draft = new_draft();
        draft_set(draft, "topology.directed", CASES[i].directed);
        draft->edges = g_array_new(FALSE, FALSE, sizeof(DraftEdge));
        g_array_append_vals(draft->edges, RING, G_N_ELEMENTS(RING));
        CU_ASSERT_TRUE(draft_drop_peer(draft, 0, CASES[i].bridge));
        g_autofree char *edges = edges_of(draft);
        CU_ASSERT_STRING_EQUAL(edges, CASES[i].edges);
    }
}

/* By way of the peer that goes, messages took 3 + 5 and 4 + 6 ms; a third never went on. */
static void a_bridge_takes_as_long_as_the_way_around(void)
{
    static const DraftEdge LINE[] = {{0, 1}, {1, 2}};
    static const DraftMessage SENT[] = {{0, 1, 0, 3 * SIM_MILLISECOND},
                                        {1, 2, 1, 5 * SIM_MILLISECOND},
                                        {0, 1, 2, 4 * SIM_MILLISECOND},
                                        {0, 1, 3, 9 * SIM_MILLISECOND},
                                        {1, 2, 4, 6 * SIM_MILLISECOND}};
    g_autoptr(Draft) draft = new_draft();
    g_autoptr(GArray) messages = g_array_new(FALSE, FALSE, sizeof(DraftMessage));
    g_array_append_vals(messages, SENT, G_N_ELEMENTS(SENT));
    draft_take_messages(draft, messages);
    draft->edges = g_array_new(FALSE, FALSE, sizeof(DraftEdge));
    g_array_append_vals(draft->edges, LINE, G_N_ELEMENTS(LINE));
    CU_ASSERT_TRUE(draft_drop_peer(draft, 1, true));
    CU_ASSERT_EQUAL_FATAL(draft->messages->len, 2);
    for (guint i = 0; i < 2; i++) {
        const DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        CU_ASSERT_EQUAL(message->sender, 0);
        CU_ASSERT_EQUAL(message->receiver, 1);
        CU_ASSERT_EQUAL(message->latency, (8 + 2 * (SimDuration)i) * SIM_MILLISECOND);
    }
}

/* ping.pingers is a set of peers, and `count: 0` keeps the draft from being explicit. */
static void settings_of_peers_are_renamed(void)
{
    g_autoptr(Draft) draft = new_draft();
    draft_set(draft, "ping.pingers", "{0, 2..3}");
    CU_ASSERT_TRUE(draft_drop_peer(draft, 1, false));
    CU_ASSERT_STRING_EQUAL(draft_setting(draft, "ping.pingers"), "{0..2}");
    draft_set(draft, "ping.pingers", "{1}");
    CU_ASSERT_FALSE(draft_drop_peer(draft, 1, false));
    draft->has_explicit_rows = true;
    CU_ASSERT_TRUE(draft_drop_peer(draft, 1, false));
    CU_ASSERT_PTR_NULL(draft_setting(draft, "ping.pingers"));
}

CU_TestInfo suite_draft[] = {
    {"rows_have_numbers_and_stand_by_time", rows_have_numbers_and_stand_by_time},
    {"peer_goes_with_what_names_only_it", peer_goes_with_what_names_only_it},
    {"rows_are_renamed_by_their_usage", rows_are_renamed_by_their_usage},
    {"draft_is_written_as_it_is", draft_is_written_as_it_is},
    {"messages_stand_in_for_the_models_of_links", messages_stand_in_for_the_models_of_links},
    {"a_bridge_keeps_a_ring_a_ring", a_bridge_keeps_a_ring_a_ring},
    {"a_bridge_takes_as_long_as_the_way_around", a_bridge_takes_as_long_as_the_way_around},
    {"settings_of_peers_are_renamed", settings_of_peers_are_renamed},
    CU_TEST_INFO_NULL,
};
