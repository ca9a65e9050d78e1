/* SPDX-License-Identifier: MIT */
/* The shrinker on toys: what a draft would send is worked out here, not simulated, so that a result
 * can be held against all drafts a step away. */
#include "tests/suite.h"

#include "scenarios/reduction.h"
#include "scenarios/run.h"
#include "scenarios/shrink.h"
#include "sim/record.h"

#include <string.h>

static Draft *draft_of(const char *text)
{
    ScenarioFile *file = scenario_file_parse(text, strlen(text), "toy.yaml", ".", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    g_autoptr(Scenario) scenario = scenario_new(file, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    return draft_new(scenario, run_network(run));
}

/* Latency number `index` of the list for the link, or the simplest. */
static SimDuration latency_of(const Draft *draft, EntityId sender, EntityId receiver,
                              unsigned index)
{
    for (guint i = 0; draft->messages != NULL && i < draft->messages->len; i++) {
        const DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        if (message->sender == sender && message->receiver == receiver && index-- == 0) {
            return message->latency;
        }
    }
    return draft->latency;
}

static bool has_edge(const Draft *draft, EntityId a, EntityId b)
{
    for (guint i = 0; draft->edges != NULL && i < draft->edges->len; i++) {
        const DraftEdge *edge = &g_array_index(draft->edges, DraftEdge, i);
        if ((edge->from == a && edge->to == b) || (edge->from == b && edge->to == a)) {
            return true;
        }
    }
    return draft->edges == NULL;
}

/* Each row `ping A B` sends one message, where there is an edge, and perhaps B an answer. */
static GArray *messages_of(const Draft *draft, bool has_answers)
{
    unsigned sent[8][8] = {{0}};
    GArray *messages = g_array_new(FALSE, FALSE, sizeof(DraftMessage));
    for (guint i = 0; i < draft->rows->len; i++) {
        const DraftRow *row = g_ptr_array_index(draft->rows, i);
        EntityId from, to;
        draft_row_peers(draft, row, &from, &to);
        if (to != RECORD_NO_PEER && has_edge(draft, from, to)) {
            const DraftMessage message = {from, to, row->time,
                                          latency_of(draft, from, to, sent[from][to]++)};
            const DraftMessage answer = {to, from, row->time + message.latency,
                                         latency_of(draft, to, from, sent[to][from])};
            g_array_append_val(messages, message);
            if (has_answers && message.latency > 0) {
                sent[to][from]++;
                g_array_append_val(messages, answer);
            }
        }
    }
    return messages;
}

/* A property of what is sent, and how often it was asked. */
typedef struct Toy {
    bool (*fails)(const Draft *draft, const GArray *messages);
    bool has_answers;
    unsigned asked;
} Toy;

static bool toy_fails(const Toy *toy, const Draft *draft)
{
    g_autoptr(GArray) messages = messages_of(draft, toy->has_answers);
    return toy->fails(draft, messages);
}

static unsigned first_failing(void *data, const GPtrArray *drafts, GArray **ret_messages)
{
    Toy *toy = data;
    for (guint i = 0; i < drafts->len; i++) {
        toy->asked++;
        if (toy_fails(toy, g_ptr_array_index(drafts, i))) {
            *ret_messages = messages_of(g_ptr_array_index(drafts, i), toy->has_answers);
            return i;
        }
    }
    return drafts->len;
}

static bool is_overtaking(const DraftMessage *first, const DraftMessage *second)
{
    return first->sender == second->sender && first->receiver == second->receiver &&
           first->latency > 0 && second->latency > 0 && first->sent <= second->sent &&
           first->sent + first->latency > second->sent + second->latency;
}

static bool one_overtakes(const Draft *draft, const GArray *messages)
{
    (void)draft;
    for (guint i = 0; i < messages->len; i++) {
        for (guint k = i + 1; k < messages->len; k++) {
            if (is_overtaking(&g_array_index(messages, DraftMessage, i),
                              &g_array_index(messages, DraftMessage, k))) {
                return true;
            }
        }
    }
    return false;
}

/* A message arrives at a peer, and that peer later sends one that is lost. */
static bool one_is_lost_after_another(const Draft *draft, const GArray *messages)
{
    (void)draft;
    for (guint i = 0; i < messages->len; i++) {
        const DraftMessage *first = &g_array_index(messages, DraftMessage, i);
        for (guint k = 0; k < messages->len; k++) {
            const DraftMessage *second = &g_array_index(messages, DraftMessage, k);
            if (first->latency > 0 && second->latency == 0 && second->sender == first->receiver &&
                second->receiver != first->sender && second->sent >= first->sent + first->latency) {
                return true;
            }
        }
    }
    return false;
}

static bool three_are_sent_before_a_stop_of_a_second(const Draft *draft, const GArray *messages)
{
    const char *stop = draft_setting(draft, "scenario.stop");
    return messages->len >= 3 && stop != NULL && strstr(stop, "ms") == NULL;
}

/* As ping has it: the answer, which no row sends, does not arrive. */
static bool an_answer_is_lost(const Draft *draft, const GArray *messages)
{
    (void)draft;
    for (guint i = 1; i < messages->len; i++) {
        const DraftMessage *before = &g_array_index(messages, DraftMessage, i - 1);
        const DraftMessage *answer = before + 1;
        if (answer->latency == 0 && answer->sender == before->receiver &&
            answer->receiver == before->sender && answer->sent == before->sent + before->latency) {
            return true;
        }
    }
    return false;
}

/* Some order among 40 rows; each message has a latency of its own, each ninth is lost. */
static Draft *large_draft(bool has_answers)
{
    g_autoptr(Draft) draft = draft_of("scenario:\n  module: ping\n  stop: 90s\n  ties: permuted\n"
                                      "peers:\n  count: 8\n"
                                      "timeline:\n  - 3s: crash {2, 6}\n  - 5s: restart all\n"
                                      "  - 4s: partition {0..3} {4..7}\n  - 4.5s: heal\n");
    uint32_t word = 7;
    for (unsigned i = 0; i < 40; i++) {
        word = word * 1664525 + 1013904223;
        const unsigned from = word >> 29, by = 1 + (word >> 20) % 7;
        g_autofree char *action = g_strdup_printf("ping %u %u", from, (from + by) % 8);
        draft_add_row(draft, (SimTime)(word % 9000) * SIM_MILLISECOND / 2, action);
    }
    g_autoptr(GArray) messages = messages_of(draft, has_answers);
    for (guint i = 0; i < messages->len; i++) {
        g_array_index(messages, DraftMessage, i).latency =
            i % 9 == 8 ? 0 : 1234567 + (SimDuration)(i * i % 37) * 97 * SIM_MILLISECOND;
    }
    draft_take_messages(draft, messages);
    draft->edges = g_array_new(FALSE, FALSE, sizeof(DraftEdge));
    for (EntityId a = 0; a < 8; a++) {
        for (EntityId b = a + 1; b < 8; b++) {
            const DraftEdge edge = {a, b};
            g_array_append_val(draft->edges, edge);
        }
    }
    return g_steal_pointer(&draft);
}

static char *text_of(const Draft *draft)
{
    DraftText text = draft_text(draft, "toy", NULL);
    char *all = g_strconcat(text.scenario, text.messages, text.edges, NULL);
    draft_text_clear(&text);
    return all;
}

/* No draft a single step away fails. */
static bool is_one_minimal(const Draft *draft, const Toy *toy)
{
    for (const Reduction *reduction = REDUCTIONS; reduction->name != NULL; reduction++) {
        for (unsigned step = 0; step < reduction->count(draft); step++) {
            g_autoptr(Draft) smaller = draft_copy(draft);
            if (reduction->apply(smaller, step, step + 1) && toy_fails(toy, smaller)) {
                return false;
            }
        }
    }
    return true;
}

static ShrinkResult shrunk(const Draft *draft, Toy *toy, unsigned batch)
{
    const ShrinkTest test = {.first_failing = first_failing, .batch = batch, .data = toy};
    return shrink(draft, &test);
}

static void shrinking_ends_where_no_step_leads_on(void)
{
    static bool (*const PROPERTIES[])(const Draft *, const GArray *) = {
        one_overtakes, one_is_lost_after_another, three_are_sent_before_a_stop_of_a_second};
    g_autoptr(Draft) draft = large_draft(false);
    for (size_t i = 0; i < G_N_ELEMENTS(PROPERTIES); i++) {
        Toy toy = {.fails = PROPERTIES[i]};
        CU_ASSERT_TRUE_FATAL(toy_fails(&toy, draft));
        CU_ASSERT_FALSE(is_one_minimal(draft, &toy));
        ShrinkResult result = shrunk(draft, &toy, 1);
        CU_ASSERT_TRUE(result.is_minimal);
        CU_ASSERT_TRUE(toy_fails(&toy, result.draft));
        CU_ASSERT_TRUE(is_one_minimal(result.draft, &toy));
        CU_ASSERT_EQUAL(result.tried, toy.asked);
        draft_free(result.draft);
    }
}

static void overtaking_takes_two_peers_two_messages_and_one_long_way(void)
{
    g_autoptr(Draft) draft = large_draft(false);
    Toy toy = {.fails = one_overtakes};
    ShrinkResult result = shrunk(draft, &toy, 1);
    CU_ASSERT_EQUAL(result.draft->peer_count, 2);
    CU_ASSERT_EQUAL(result.draft->rows->len, 2);
    CU_ASSERT_EQUAL(result.draft->edges->len, 1);
    CU_ASSERT_EQUAL_FATAL(result.draft->messages->len, 2);
    const DraftRow *second = g_ptr_array_index(result.draft->rows, 1);
    CU_ASSERT_EQUAL(second->time, 0);
    CU_ASSERT_EQUAL(result.draft->latency, SIM_MILLISECOND);
    CU_ASSERT_EQUAL(g_array_index(result.draft->messages, DraftMessage, 0).latency,
                    2 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(g_array_index(result.draft->messages, DraftMessage, 1).latency,
                    SIM_MILLISECOND);
    CU_ASSERT_PTR_NULL(draft_setting(result.draft, "scenario.ties"));
    draft_free(result.draft);
}

static void a_lost_message_stays_where_it_matters(void)
{
    g_autoptr(Draft) draft = large_draft(false);
    Toy toy = {.fails = one_is_lost_after_another};
    ShrinkResult result = shrunk(draft, &toy, 1);
    CU_ASSERT_EQUAL(result.draft->peer_count, 3);
    CU_ASSERT_EQUAL_FATAL(result.draft->messages->len, 2);
    CU_ASSERT_EQUAL(g_array_index(result.draft->messages, DraftMessage, 0).latency,
                    SIM_MILLISECOND);
    CU_ASSERT_EQUAL(g_array_index(result.draft->messages, DraftMessage, 1).latency, 0);
    draft_free(result.draft);
}

/* The answers of other rows stand before the one that matters on its link. */
static void a_lost_answer_needs_one_row(void)
{
    g_autoptr(Draft) draft = large_draft(true);
    Toy toy = {.fails = an_answer_is_lost, .has_answers = true};
    CU_ASSERT_TRUE_FATAL(toy_fails(&toy, draft));
    ShrinkResult result = shrunk(draft, &toy, 1);
    CU_ASSERT_TRUE(is_one_minimal(result.draft, &toy));
    CU_ASSERT_EQUAL(result.draft->peer_count, 2);
    CU_ASSERT_EQUAL(result.draft->rows->len, 1);
    CU_ASSERT_EQUAL(result.draft->messages->len, 2);
    draft_free(result.draft);
}

static void result_does_not_depend_on_the_batch(void)
{
    g_autoptr(Draft) draft = large_draft(false);
    Toy toy = {.fails = one_overtakes};
    ShrinkResult one = shrunk(draft, &toy, 1);
    g_autofree char *expected = text_of(one.draft);
    for (unsigned batch = 2; batch < 9; batch++) {
        ShrinkResult other = shrunk(draft, &toy, batch);
        g_autofree char *text = text_of(other.draft);
        CU_ASSERT_STRING_EQUAL(text, expected);
        CU_ASSERT_EQUAL(other.tried, one.tried);
        draft_free(other.draft);
    }
    draft_free(one.draft);
}

static void shrinking_that_is_broken_off_is_not_minimal(void)
{
    static const volatile sig_atomic_t interrupted = 1;
    g_autoptr(Draft) draft = large_draft(false);
    Toy toy = {.fails = one_overtakes};
    ShrinkTest test = {.first_failing = first_failing, .batch = 1, .data = &toy, .tries_max = 20};
    ShrinkResult result = shrink(draft, &test);
    CU_ASSERT_FALSE(result.is_minimal);
    CU_ASSERT_EQUAL(result.tried, 20);
    CU_ASSERT_TRUE(toy_fails(&toy, result.draft));
    draft_free(result.draft);
    test.interrupt = &interrupted;
    result = shrink(draft, &test);
    CU_ASSERT_FALSE(result.is_minimal);
    CU_ASSERT_EQUAL(result.tried, 0);
    draft_free(result.draft);
}

CU_TestInfo suite_shrink[] = {
    {"shrinking_ends_where_no_step_leads_on", shrinking_ends_where_no_step_leads_on},
    {"overtaking_takes_two_peers_two_messages_and_one_long_way",
     overtaking_takes_two_peers_two_messages_and_one_long_way},
    {"a_lost_message_stays_where_it_matters", a_lost_message_stays_where_it_matters},
    {"a_lost_answer_needs_one_row", a_lost_answer_needs_one_row},
    {"result_does_not_depend_on_the_batch", result_does_not_depend_on_the_batch},
    {"shrinking_that_is_broken_off_is_not_minimal", shrinking_that_is_broken_off_is_not_minimal},
    CU_TEST_INFO_NULL,
};
