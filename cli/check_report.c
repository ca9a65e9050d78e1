/* SPDX-License-Identifier: MIT */
#include "cli/check_report.h"

#include "cli/command.h"
#include "sim/json_text.h"
#include "sim/value_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TERMINAL_INTERVAL_US 200000
#define PLAIN_INTERVAL_US 5000000

/* Progress. */

void check_progress_init(CheckProgress *progress, bool is_quiet)
{
    const int64_t now_us = g_get_monotonic_time();
    *progress = (CheckProgress){.is_quiet = is_quiet,
                                .is_terminal = isatty(STDERR_FILENO) == 1,
                                .started_us = now_us,
                                .shown_us = now_us};
}

static bool is_due(CheckProgress *progress)
{
    const int64_t now_us = g_get_monotonic_time();
    const int64_t interval_us = progress->is_terminal ? TERMINAL_INTERVAL_US : PLAIN_INTERVAL_US;
    if (progress->is_quiet || now_us - progress->shown_us < interval_us) {
        return false;
    }
    progress->shown_us = now_us;
    progress->is_shown = progress->is_terminal;
    return true;
}

void check_progress_seeds(void *data, const CampaignProgress *at)
{
    CheckProgress *progress = data;
    if (!is_due(progress)) {
        return;
    }
    const double passed = (double)(progress->shown_us - progress->started_us) / 1e6;
    const double rate = (double)at->done / passed;
    fprintf(stderr,
            "%s%" PRIu64 " of %" PRIu64 " seeds (%.0f %%), %.4g/s, %.3g M events/s, ETA %.0f s%s",
            progress->is_terminal ? "\r" : "", at->done, at->count,
            (double)at->done / (double)at->count * 100, rate, (double)at->events / passed / 1e6,
            (double)(at->count - at->done) / rate, progress->is_terminal ? "\033[K" : "\n");
}

void check_progress_shrinking(void *data, const CounterexampleProgress *at)
{
    CheckProgress *progress = data;
    if (!is_due(progress)) {
        return;
    }
    fprintf(stderr, "%sshrinking (%s): %u peers, %u rows, %" PRIu64 " messages after %u runs%s",
            progress->is_terminal ? "\r" : "", at->reduction, at->size.peers, at->size.rows,
            at->size.messages, at->tried, progress->is_terminal ? "\033[K" : "\n");
}

void check_progress_clear(CheckProgress *progress)
{
    if (progress->is_shown) {
        fputs("\r\033[K", stderr);
        progress->is_shown = false;
    }
}

/* What was asked of the runs. */

typedef struct Question {
    const char *name; /* of a property, or NULL */
    const char *text;
    bool is_ignored, was_tested;
} Question;

static bool is_ignored(const CheckReport *report, const char *name, const char *text)
{
    return report->ignored != NULL && (g_strv_contains(report->ignored, text) ||
                                       (name != NULL && g_strv_contains(report->ignored, name)));
}

/* In the order of verdicts, whose numbers are those of the bits of `tested`. */
static GArray *new_questions(const CheckReport *report)
{
    GArray *questions = g_array_new(FALSE, FALSE, sizeof(Question));
    const ScenarioProperty *property = report->scenario->module->properties;
    for (; property != NULL && property->name != NULL; property++) {
        const Question question = {.name = property->name, .text = property->expectation};
        g_array_append_val(questions, question);
    }
    const GPtrArray *lines = scenario_file_expectations(report->scenario->file);
    for (guint i = 0; i < lines->len; i++) {
        const Question question = {.text =
                                       ((const ScenarioLine *)g_ptr_array_index(lines, i))->text};
        g_array_append_val(questions, question);
    }
    for (guint i = 0; i < questions->len; i++) {
        Question *question = &g_array_index(questions, Question, i);
        question->is_ignored = is_ignored(report, question->name, question->text);
        question->was_tested = i >= 64 || (report->progress.tested >> i & 1) != 0;
    }
    return questions;
}

static void print_questions(const CheckReport *report)
{
    g_autoptr(GArray) questions = new_questions(report);
    for (guint i = 0; i < questions->len; i++) {
        const Question *question = &g_array_index(questions, Question, i);
        printf("%s  %s%s%s%s\n",
               question->is_ignored   ? "ignored"
               : question->was_tested ? "holds"
                                      : "untested",
               question->name == NULL ? "" : question->name, question->name == NULL ? "" : " (",
               question->text, question->name == NULL ? "" : ")");
    }
    if (questions->len == 0) {
        command_warn("module %s declares no property and the scenario has no expect: only runs "
                     "that crash or hang would have been found",
                     report->scenario->module->name);
    }
}

static void print_size(const char *label, const CounterexampleSize *size)
{
    printf("%-11s  %u peer%s, %" PRIu64 " message%s, %u row%s of the timeline\n", label,
           size->peers, size->peers == 1 ? "" : "s", size->messages, size->messages == 1 ? "" : "s",
           size->rows, size->rows == 1 ? "" : "s");
}

static void print_counterexample(const CheckReport *report)
{
    const Counterexample *made = report->counterexample;
    print_size("from", &made->original);
    print_size("shrunk to", &made->size);
    printf("%-11s  %s, after %u runs\n", "",
           made->is_minimal ? "1-minimal: no single step makes it smaller"
                            : "not minimal: shrinking was broken off",
           made->tried);
    printf("%-11s  skein run %s\n", "run it by", report->output);
}

/* What the swarm chose for the seed. */
static void print_choices(const char *label, const GPtrArray *choices)
{
    for (guint i = 0; i < choices->len; i++) {
        printf("%-11s  %s\n", i == 0 ? label : "", (char *)g_ptr_array_index(choices, i));
    }
}

void check_report_print(const CheckReport *report)
{
    const CampaignProgress *progress = &report->progress;
    printf("%s: %s\n", report->scenario->name, report->scenario->title);
    printf("%-11s  %" PRIu64 " of %" PRIu64 " from %" PRIu64 " on, in %.3g s\n", "seeds",
           progress->done, progress->count, report->first_seed, report->wall_seconds);
    if (report->failed == NULL) {
        if (report->is_interrupted) {
            printf("%-11s  interrupted; none failed until then\n", "status");
        }
        print_questions(report);
        return;
    }
    const TrialFailure *failure = report->failure;
    printf("%-11s  %" PRIu64 "\n", "failed seed", report->seed);
    if (failure->property != NULL) {
        printf("%-11s  %s (%s): %s\n", "violated", failure->property, failure->key, failure->found);
    } else if (strcmp(failure->key, failure->found) == 0) {
        printf("%-11s  %s\n", "found", failure->found);
    } else {
        printf("%-11s  %s: %s\n", "FAILS", failure->key, failure->found);
    }
    print_choices("set", report->sets);
    print_choices("timeline", report->rows);
    printf("%-11s  %s\n", "replay by", report->replay);
    if (report->counterexample != NULL) {
        print_counterexample(report);
    }
}

/* JSON. */

static void append_size(GString *json, const char *key, const CounterexampleSize *size)
{
    json_text_append_key(json, key);
    g_string_append_c(json, '{');
    json_text_append_value(json, "peers", "%u", size->peers);
    json_text_append_value(json, "messages", "%" PRIu64, size->messages);
    json_text_append_value(json, "rows", "%u", size->rows);
    g_string_append_c(json, '}');
}

static void append_questions(GString *json, const CheckReport *report)
{
    g_autoptr(GArray) questions = new_questions(report);
    json_text_append_key(json, "properties");
    g_string_append_c(json, '[');
    for (guint i = 0; i < questions->len; i++) {
        const Question *question = &g_array_index(questions, Question, i);
        json_text_next(json);
        g_string_append_c(json, '{');
        json_text_append_member(json, "name", question->name);
        json_text_append_member(json, "text", question->text);
        json_text_append_value(json, "ignored", question->is_ignored ? "true" : "false");
        json_text_append_value(json, "tested", question->was_tested ? "true" : "false");
        g_string_append_c(json, '}');
    }
    g_string_append_c(json, ']');
}

static void append_choices(GString *json, const char *key, const GPtrArray *choices)
{
    json_text_append_key(json, key);
    g_string_append_c(json, '[');
    for (guint i = 0; i < choices->len; i++) {
        json_text_next(json);
        json_text_append_string(json, g_ptr_array_index(choices, i));
    }
    g_string_append_c(json, ']');
}

static void append_failure(GString *json, const CheckReport *report)
{
    const Counterexample *made = report->counterexample;
    json_text_append_value(json, "failed_seed", "%" PRIu64, report->seed);
    json_text_append_member(json, "property", report->failure->property);
    json_text_append_member(json, "expectation", report->failure->key);
    json_text_append_member(json, "found", report->failure->found);
    append_choices(json, "swarm_set", report->sets);
    append_choices(json, "swarm_timeline", report->rows);
    json_text_append_member(json, "replay", report->replay);
    if (made != NULL) {
        append_size(json, "original", &made->original);
        append_size(json, "shrunk", &made->size);
        json_text_append_value(json, "minimal", made->is_minimal ? "true" : "false");
        json_text_append_value(json, "shrink_runs", "%u", made->tried);
        json_text_append_member(json, "output", report->output);
    }
}

void check_report_print_json(const CheckReport *report)
{
    const CampaignProgress *progress = &report->progress;
    g_autoptr(GString) json = g_string_new("{");
    json_text_append_member(json, "status",
                            report->failed != NULL   ? "failed"
                            : report->is_interrupted ? "interrupted"
                                                     : "holds");
    json_text_append_member(json, "scenario", report->scenario->name);
    json_text_append_member(json, "module", report->scenario->module->name);
    json_text_append_value(json, "first_seed", "%" PRIu64, report->first_seed);
    json_text_append_value(json, "seeds", "%" PRIu64, progress->count);
    json_text_append_value(json, "seeds_done", "%" PRIu64, progress->done);
    json_text_append_value(json, "events", "%" PRIu64, progress->events);
    json_text_append_value(json, "wall_seconds", "%.6f", report->wall_seconds);
    append_questions(json, report);
    if (report->failed != NULL) {
        append_failure(json, report);
    }
    g_string_append_c(json, '}');
    puts(json->str);
}
