/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "scenarios/run.h"
#include "scenarios/trial.h"

#include <glib/gstdio.h>
#include <string.h>

static const char TEXT[] = "scenario:\n  module: ping\n  seed: 5\n"
                           "peers:\n  count: 5\n"
                           "topology:\n  kind: ring\n"
                           "link:\n  latency: uniform(5ms, 90ms)\n  loss: 10%\n"
                           "stack:\n  name: datagram\n"
                           "ping:\n  count: 6\n  timeout: 1s\n"
                           "timeline:\n  - 2s: crash 3\n  - 2.5s: restart 3\n"
                           "  - 3s: set link.latency 10ms\n  - 4s: ping 0 2\n"
                           "expect:\n  - ping.rtt.min > 100ms\n  - ping.rtt.count >= 0\n";

static Scenario *scenario_of(const char *text)
{
    ScenarioFile *file = scenario_file_parse(text, strlen(text), "five.yaml", ".", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    Scenario *scenario = scenario_new(file, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    return scenario;
}

static void trial_tells_what_fails(void)
{
    g_autoptr(Trial) trial = trial_new(scenario_of(TEXT), &(TrialOptions){0});
    CU_ASSERT_EQUAL(trial->status, TRIAL_JUDGED);
    CU_ASSERT_EQUAL_FATAL(trial->failures->len, 2);
    const TrialFailure *first = trial_failure(trial, NULL);
    CU_ASSERT_STRING_EQUAL(first->property, "every ping is answered");
    CU_ASSERT_STRING_EQUAL(first->key, "ping.loss == 0");
    CU_ASSERT_TRUE(first->is_verdict);
    CU_ASSERT_PTR_NOT_NULL(trial_failure(trial, "ping.rtt.min > 100ms"));
    CU_ASSERT_PTR_NULL(trial_failure(trial, "ping.rtt.count >= 0"));
    CU_ASSERT_EQUAL(trial->tested, 7);
    CU_ASSERT_EQUAL(trial->messages->len, 0);
    CU_ASSERT_TRUE(trial->message_count > 50);
}

static void trial_leaves_out_what_it_is_told_to(void)
{
    static const char *const IGNORED[] = {"every ping is answered", "ping.rtt.min > 100ms", NULL};
    g_autoptr(Trial) trial = trial_new(scenario_of(TEXT), &(TrialOptions){.ignored = IGNORED});
    CU_ASSERT_EQUAL(trial->failures->len, 0);
}

/* With lossy links and no answer, an expectation has nothing to go by. */
static void missing_values_are_a_failure_of_their_own(void)
{
    g_autofree char *text = g_strconcat(TEXT, NULL);
    char *loss = strstr(text, "10%");
    memcpy(loss, "1  ", 3);
    g_autoptr(Trial) trial = trial_new(scenario_of(text), &(TrialOptions){0});
    CU_ASSERT_EQUAL_FATAL(trial->failures->len, 2);
    const TrialFailure *second = g_ptr_array_index(trial->failures, 1);
    CU_ASSERT_STRING_EQUAL(second->key, "(no values) ping.rtt.min > 100ms");
    CU_ASSERT_FALSE(second->is_verdict);
}

static void endless_trial_is_stopped(void)
{
    g_autoptr(Trial) trial =
        trial_new(scenario_of("scenario:\n  module: ping\n  stop: 24h\nping:\n  count: 0\n"),
                  &(TrialOptions){.events_max = 60000});
    CU_ASSERT_EQUAL(trial->status, TRIAL_ENDLESS);
    CU_ASSERT_TRUE(trial->events <= 100000);
}

static void bad_input_is_told(void)
{
    g_autoptr(Trial) trial = trial_new(
        scenario_of("scenario:\n  module: ping\ntimeline:\n  - 1s: dance\n"), &(TrialOptions){0});
    CU_ASSERT_EQUAL(trial->status, TRIAL_REFUSED);
    CU_ASSERT_PTR_NOT_NULL(strstr(trial->found, "dance"));
}

static void is_same(const Trial *a, const Trial *b)
{
    CU_ASSERT_EQUAL(a->status, b->status);
    CU_ASSERT_EQUAL(a->tested, b->tested);
    CU_ASSERT_EQUAL(a->peer_count, b->peer_count);
    CU_ASSERT_EQUAL_FATAL(a->failures->len, b->failures->len);
    for (guint i = 0; i < a->failures->len; i++) {
        const TrialFailure *left = g_ptr_array_index(a->failures, i);
        const TrialFailure *right = g_ptr_array_index(b->failures, i);
        CU_ASSERT_STRING_EQUAL(left->key, right->key);
        CU_ASSERT_STRING_EQUAL(left->found, right->found);
        CU_ASSERT_EQUAL(g_strcmp0(left->property, right->property), 0);
        CU_ASSERT_EQUAL(left->is_verdict, right->is_verdict);
    }
    CU_ASSERT_EQUAL_FATAL(a->messages->len, b->messages->len);
    for (guint i = 0; i < a->messages->len; i++) {
        const DraftMessage *left = &g_array_index(a->messages, DraftMessage, i);
        const DraftMessage *right = &g_array_index(b->messages, DraftMessage, i);
        CU_ASSERT_EQUAL(left->sender, right->sender);
        CU_ASSERT_EQUAL(left->receiver, right->receiver);
        CU_ASSERT_EQUAL(left->sent, right->sent);
        CU_ASSERT_EQUAL(left->latency, right->latency);
    }
}

static void trial_survives_packing(void)
{
    g_autoptr(Trial) trial = trial_new(scenario_of(TEXT), &(TrialOptions){.is_watched = true});
    g_autoptr(GBytes) bytes = trial_pack(trial);
    g_autoptr(Trial) again = trial_unpack(bytes);
    is_same(trial, again);
    CU_ASSERT_EQUAL(trial->fingerprint, again->fingerprint);
    CU_ASSERT_EQUAL(trial->events, again->events);
    CU_ASSERT_EQUAL_FATAL(trial->rows->len, again->rows->len);
    for (guint i = 0; i < trial->rows->len; i++) {
        const DraftRow *left = g_ptr_array_index(trial->rows, i);
        const DraftRow *right = g_ptr_array_index(again->rows, i);
        CU_ASSERT_EQUAL(left->time, right->time);
        CU_ASSERT_STRING_EQUAL(left->action, right->action);
    }
    g_autoptr(Trial) dead = trial_new_dead("signal 11");
    CU_ASSERT_STRING_EQUAL(trial_failure(dead, NULL)->key, "signal 11");
}

/* A folder with the files of a draft, run as a user would. */
static Trial *written_and_run(const Draft *draft)
{
    g_autofree char *folder = g_dir_make_tmp("skein-XXXXXX", NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(folder);
    DraftText text = draft_text(draft, "five", NULL);
    CU_ASSERT_TRUE_FATAL(draft_text_write(&text, folder, "five", NULL));
    draft_text_clear(&text);
    g_autofree char *path = g_build_filename(folder, "five.yaml", NULL);
    Scenario *scenario = scenario_load(path, NULL, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(scenario);
    Trial *trial = trial_new(scenario, &(TrialOptions){.is_watched = true});
    static const char *const FILES[] = {"five.yaml", "five.csv", "five-edges.csv"};
    for (size_t i = 0; i < G_N_ELEMENTS(FILES); i++) {
        g_autofree char *file = g_build_filename(folder, FILES[i], NULL);
        g_unlink(file);
    }
    g_rmdir(folder);
    return trial;
}

/* All that was drawn at random is in the files: messages, their losses, who pings whom and when. */
static void run_can_be_written_down(void)
{
    g_autoptr(Trial) trial = trial_new(scenario_of(TEXT), &(TrialOptions){.is_watched = true});
    CU_ASSERT_TRUE(trial->rows->len > 25);
    g_autoptr(Scenario) scenario = scenario_of(TEXT);
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run);
    g_autoptr(Draft) draft = draft_new(scenario, run_network(run));
    draft_take_messages(draft, trial->messages);
    CU_ASSERT_TRUE(draft_take_edges(draft, network_topology(run_network(run))));
    CU_ASSERT_TRUE(draft_take_rows(draft, trial->rows));
    draft_set(draft, "scenario.seed", "99");
    g_autoptr(Trial) again = written_and_run(draft);
    is_same(trial, again);
    CU_ASSERT_EQUAL(again->rows->len, 0);
}

CU_TestInfo suite_trial[] = {
    {"trial_tells_what_fails", trial_tells_what_fails},
    {"trial_leaves_out_what_it_is_told_to", trial_leaves_out_what_it_is_told_to},
    {"missing_values_are_a_failure_of_their_own", missing_values_are_a_failure_of_their_own},
    {"endless_trial_is_stopped", endless_trial_is_stopped},
    {"bad_input_is_told", bad_input_is_told},
    {"trial_survives_packing", trial_survives_packing},
    {"run_can_be_written_down", run_can_be_written_down},
    CU_TEST_INFO_NULL,
};
