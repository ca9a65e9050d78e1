/* SPDX-License-Identifier: MIT */
#include "scenarios/counterexample.h"

#include "scenarios/run.h"
#include "sim/error.h"

#include <string.h>

/* A shrunk run that takes much longer than the original is none. */
enum { EVENTS_FACTOR = 10, EVENTS_MARGIN = 100000 };

/* For each number of peers, when chance cannot be taken out. */
enum { SMALLER_SEEDS = 64 };

typedef struct Making {
    Campaign *campaign;
    const CounterexampleOptions *options;
    const char *key;
    uint64_t events_max;
    unsigned tried;
    CounterexampleSize size; /* of the smallest so far */
    GError *error;
} Making;

void counterexample_free(Counterexample *counterexample)
{
    if (counterexample != NULL) {
        draft_free(counterexample->draft);
        g_free(counterexample);
    }
}

static unsigned first_failing(void *data, const GPtrArray *drafts, GArray **ret_messages)
{
    Making *making = data;
    g_autoptr(Trial) trial = NULL;
    if (making->error != NULL) {
        return drafts->len;
    }
    const unsigned found = campaign_first_failing(making->campaign, drafts, making->key,
                                                  making->events_max, &trial, &making->error);
    if (trial != NULL) {
        making->size.messages = trial->message_count;
        *ret_messages = g_array_ref(trial->messages);
    }
    return found;
}

static void tell(void *data, const Draft *smallest, const char *reduction, unsigned tried)
{
    Making *making = data;
    making->size.peers = smallest->peer_count;
    making->size.rows = smallest->rows->len;
    if (making->options->progress != NULL) {
        const CounterexampleProgress progress = {reduction, making->tried + tried, making->size};
        making->options->progress(making->options->data, &progress);
    }
}

/* The draft as the scenario is, with what it is to be known by. */
static Draft *base_draft(const Scenario *scenario, const Run *run, const TrialFailure *failure)
{
    const Network *network = run_network(run);
    Draft *draft = draft_new(scenario, network);
    g_autofree char *title =
        g_strdup_printf("Shrunk from %s, seed %" G_GUINT64_FORMAT, scenario->name, scenario->seed);
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, scenario->seed);
    draft_set(draft, "scenario.title", title);
    draft_set(draft, "scenario.seed", seed);
    g_ptr_array_set_size(draft->expectations, 0);
    if (failure->is_verdict) {
        g_ptr_array_add(draft->expectations, g_strdup(failure->key));
    }
    return draft;
}

/* The same with more and more of what was drawn at random written down, most of it first. */
static GPtrArray *new_candidates(const Draft *base, const Run *run, const Trial *failed)
{
    GPtrArray *drafts = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
    g_autoptr(Draft) draft = draft_copy(base);
    g_ptr_array_add(drafts, draft_copy(draft));
    if (draft_take_edges(draft, network_topology(run_network(run)))) {
        g_ptr_array_insert(drafts, 0, draft_copy(draft));
    }
    draft_take_messages(draft, failed->messages);
    g_ptr_array_insert(drafts, 0, draft_copy(draft));
    if (draft_take_rows(draft, failed->rows)) {
        g_ptr_array_insert(drafts, 0, draft_copy(draft));
        draft_set(draft, "topology.preconnected", "yes");
        g_ptr_array_insert(drafts, 0, draft_copy(draft));
    }
    return drafts;
}

/* Pairs of neighbours as sorted numbers, to compare overlays. */
static int compare_pairs(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static GArray *sorted_pairs(const Draft *draft)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    for (guint i = 0; i < draft->edges->len; i++) {
        const DraftEdge *edge = &g_array_index(draft->edges, DraftEdge, i);
        const uint64_t pair = (uint64_t)MIN(edge->from, edge->to) << 32 | MAX(edge->from, edge->to);
        g_array_append_val(pairs, pair);
    }
    g_array_sort(pairs, compare_pairs);
    return pairs;
}

static bool is_of_kind(const Draft *draft, const char *kind)
{
    g_autoptr(CallText) call = call_text_new(kind, NULL);
    const TopologyOptions options = {.kind = call};
    g_autoptr(Topology) topology = topology_new(&options, draft->peer_count, 0, NULL, NULL);
    g_autoptr(Draft) made = draft_copy(draft);
    if (topology == NULL || !draft_take_edges(made, topology)) {
        return false;
    }
    g_autoptr(GArray) own = sorted_pairs(draft);
    g_autoptr(GArray) its = sorted_pairs(made);
    return own->len == its->len &&
           (own->len == 0 || memcmp(own->data, its->data, own->len * sizeof(uint64_t)) == 0);
}

/* An overlay that has a name needs no file, if it fails by that name too. */
static void name_overlay(Making *making, Counterexample *made)
{
    static const char *const KINDS[] = {"full-mesh", "ring", "line", "star", NULL};
    for (const char *const *kind = KINDS; *kind != NULL && made->draft->edges != NULL; kind++) {
        if (!is_of_kind(made->draft, *kind)) {
            continue;
        }
        g_autoptr(GPtrArray) drafts = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
        Draft *named = draft_copy(made->draft);
        g_ptr_array_add(drafts, named);
        g_clear_pointer(&named->edges, g_array_unref);
        draft_unset(named, "topology.directed");
        draft_set(named, "topology.kind", *kind);
        GArray *messages = NULL;
        if (first_failing(making, drafts, &messages) == 0) {
            draft_free(made->draft);
            made->draft = draft_copy(named);
        }
        g_clear_pointer(&messages, g_array_unref);
        making->tried++;
    }
}

/* The draft with the most written down that still fails; NULL: none of them does. */
static Draft *write_down(Making *making, const Draft *base, const Run *run, const Trial *failed)
{
    g_autoptr(GPtrArray) candidates = new_candidates(base, run, failed);
    GArray *messages = NULL;
    const unsigned found = first_failing(making, candidates, &messages);
    making->tried += MIN(found + 1, candidates->len);
    if (found == candidates->len) {
        return NULL;
    }
    Draft *draft = draft_copy(g_ptr_array_index(candidates, found));
    if (draft->messages != NULL) {
        draft_take_messages(draft, messages);
    }
    g_array_unref(messages);
    return draft;
}

/* What a module draws stays bound to the seed when it cannot be written down, and to the number of
 * peers. So other seeds are tried with fewer of them, which is not the same run made smaller, but
 * fails in the same way. The draft has no files. NULL: none was found. */
static Draft *try_fewer_peers(Making *making, const Draft *base, unsigned peer_count,
                              Trial **ret_failed)
{
    g_autoptr(GPtrArray) drafts = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
    for (unsigned seed = 1; seed <= SMALLER_SEEDS; seed++) {
        Draft *draft = draft_copy(base);
        g_autofree char *text = g_strdup_printf("%u", seed);
        draft_set(draft, "scenario.seed", text);
        while (draft->peer_count > peer_count) {
            draft_drop_peer(draft, draft->peer_count - 1, false);
        }
        g_ptr_array_add(drafts, draft);
    }
    const unsigned found = campaign_first_failing(making->campaign, drafts, making->key,
                                                  making->events_max, ret_failed, &making->error);
    making->tried += MIN(found + 1, drafts->len);
    return found == drafts->len ? NULL : draft_copy(g_ptr_array_index(drafts, found));
}

static Draft *write_down_fewer(Making *making, const Draft *base)
{
    const volatile sig_atomic_t *interrupt = making->options->interrupt;
    for (unsigned count = 1; count < base->peer_count && making->error == NULL &&
                             (interrupt == NULL || *interrupt == 0);
         count += 1 + count / 4) {
        g_autoptr(Trial) failed = NULL;
        g_autoptr(Draft) fewer = try_fewer_peers(making, base, count, &failed);
        if (fewer == NULL) {
            continue;
        }
        DraftText text = draft_text(fewer, "fewer", NULL);
        ScenarioFile *file =
            scenario_file_parse(text.scenario, strlen(text.scenario), "fewer.yaml", ".", NULL);
        draft_text_clear(&text);
        g_autoptr(Scenario) scenario = file == NULL ? NULL : scenario_new(file, NULL);
        g_autoptr(Run) run = scenario == NULL ? NULL : run_new(scenario, &(RunOptions){0}, NULL);
        return run == NULL ? NULL : write_down(making, fewer, run, failed);
    }
    return NULL;
}

/* Settings that change nothing at all, to the last event: those of a random part that is switched
 * off, for the most part. What they would be without is the default. */
static void drop_idle_settings(Making *making, Draft **draft)
{
    uint64_t fingerprint = 0;
    for (guint i = 0; i <= (*draft)->settings->len && making->error == NULL; i++) {
        g_autoptr(GPtrArray) drafts = g_ptr_array_new_with_free_func((GDestroyNotify)draft_free);
        g_autoptr(Trial) trial = NULL;
        Draft *without = draft_copy(*draft);
        g_ptr_array_add(drafts, without);
        if (i > 0) { /* the first is the reference */
            const DraftSetting *setting = g_ptr_array_index(without->settings, i - 1);
            if (g_str_has_prefix(setting->key, "scenario.")) {
                continue;
            }
            g_ptr_array_remove_index(without->settings, i - 1);
        }
        making->tried++;
        if (campaign_first_failing(making->campaign, drafts, making->key, making->events_max,
                                   &trial, &making->error) != 0) {
            continue;
        }
        if (i == 0) {
            fingerprint = trial->fingerprint;
        } else if (trial->fingerprint == fingerprint) {
            draft_free(*draft);
            *draft = draft_copy(without);
            i--;
        }
    }
}

static Counterexample *make(Making *making, const Draft *base, const Run *run, const Trial *failed)
{
    g_autoptr(Draft) draft = write_down(making, base, run, failed);
    if (draft == NULL) {
        return NULL;
    }
    if (!draft->has_explicit_rows) {
        Draft *fewer = write_down_fewer(making, base);
        if (fewer != NULL) {
            draft_free(draft);
            draft = fewer;
        }
    }
    drop_idle_settings(making, &draft);
    const ShrinkTest test = {.first_failing = first_failing,
                             .batch = making->options->batch,
                             .progress = tell,
                             .data = making,
                             .tries_max = making->options->tries_max,
                             .interrupt = making->options->interrupt};
    const ShrinkResult result = shrink(draft, &test);
    making->tried += result.tried;
    Counterexample *made = g_new0(Counterexample, 1);
    made->draft = result.draft;
    made->is_minimal = result.is_minimal && making->error == NULL;
    made->is_explicit = result.draft->has_explicit_rows;
    name_overlay(making, made);
    drop_idle_settings(making, &made->draft);
    made->size = making->size;
    made->size.peers = made->draft->peer_count;
    made->size.rows = made->draft->rows->len;
    made->tried = making->tried;
    return made;
}

Counterexample *counterexample_new(Campaign *campaign, Scenario *scenario, const Trial *failed,
                                   const TrialFailure *failure,
                                   const CounterexampleOptions *options, GError **error)
{
    Making making = {.campaign = campaign,
                     .options = options,
                     .key = failure->key,
                     .events_max = failed->events * EVENTS_FACTOR + EVENTS_MARGIN};
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, error);
    if (run == NULL) {
        return NULL;
    }
    g_autoptr(Draft) base = base_draft(scenario, run, failure);
    const CounterexampleSize original = {base->peer_count, base->rows->len, failed->message_count};
    Counterexample *made = make(&making, base, run, failed);
    if (making.error != NULL) {
        g_clear_pointer(&made, counterexample_free);
        g_propagate_error(error, making.error);
        return NULL;
    }
    if (made == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_FAILED,
                    "%s: seed %" G_GUINT64_FORMAT " does not fail again when its scenario is "
                    "written anew",
                    scenario->name, scenario->seed);
        return NULL;
    }
    made->original = original;
    return made;
}
