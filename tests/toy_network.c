/* SPDX-License-Identifier: MIT */
/* Toy peers: see tests/toy_network.h. */
#include "tests/toy_network.h"

#include "sim/event_queue.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

static ToyNetwork *toy_of(const Host *host)
{
    ToyNetwork *const *toy = host_settings(host);
    return *toy;
}

static void note(Host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void note(Host *host, const char *format, ...)
{
    GString *log = toy_of(host)->log;
    g_string_append_printf(log, "%g %u ", (double)host_now(host) / 1e6, host_id(host));
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(log, format, arguments);
    va_end(arguments);
    g_string_append(log, "; ");
}

/* Handlers. */

static void dialed(Host *host, EntityId peer, Outcome outcome)
{
    note(host, "dialed %u %s", peer, outcome_name(outcome));
    if (toy_of(host)->hooks.dialed != NULL) {
        toy_of(host)->hooks.dialed(host, peer, outcome);
    }
}

static void opened(Host *host, Stream *stream)
{
    note(host, "opened by %u", stream_peer(stream));
    if (toy_of(host)->hooks.opened != NULL) {
        toy_of(host)->hooks.opened(host, stream);
    }
}

static void received(Host *host, Stream *stream, const Message *message)
{
    int64_t number;
    memcpy(&number, message->content, sizeof number);
    note(host, "got %" G_GINT64_FORMAT " from %u", number, message->sender);
    if (toy_of(host)->hooks.received != NULL) {
        toy_of(host)->hooks.received(host, stream, message);
    }
}

static void half_closed(Host *host, Stream *stream)
{
    note(host, "half-closed by %u", stream_peer(stream));
    if (toy_of(host)->hooks.half_closed != NULL) {
        toy_of(host)->hooks.half_closed(host, stream);
    }
}

static void ended(Host *host, Stream *stream, Outcome outcome)
{
    note(host, "ended with %u: %s", stream_peer(stream), outcome_name(outcome));
    if (toy_of(host)->hooks.ended != NULL) {
        toy_of(host)->hooks.ended(host, stream, outcome);
    }
}

static void show(Host *host)
{
    const ToyState *state = host_state(host);
    note(host, "has %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, state->durable, state->fleeting);
}

static void restart(Host *host)
{
    note(host, "restarts");
    show(host);
}

static void tick(Host *host, uint64_t argument)
{
    note(host, "tick %" G_GUINT64_FORMAT, argument);
}

/* Actions. */

static Stream *slot_stream(Host *host, int64_t slot)
{
    ToyState *state = host_state(host);
    Stream *stream = host_stream(host, state->handles[slot]);
    if (stream == NULL) {
        note(host, "stream is gone");
    }
    return stream;
}

void toy_send(Host *host, Stream *stream, int64_t number)
{
    const Message message = {.content = &number, .content_size_bytes = sizeof number};
    if (!stream_send(host, stream, &message)) {
        note(host, "cannot send %" G_GINT64_FORMAT, number);
    }
}

static void act_dial(Host *host, const int64_t *arguments)
{
    host_dial(host, (EntityId)arguments[1], NULL, NULL);
}

static void act_open(Host *host, const int64_t *arguments)
{
    ToyState *state = host_state(host);
    state->handles[arguments[2]] = stream_handle(host_open(host, (EntityId)arguments[1], 0, NULL));
}

static void act_send(Host *host, const int64_t *arguments)
{
    const ToyState *state = host_state(host);
    if (state->handles[arguments[2]] == 0) {
        act_open(host, arguments);
    }
    Stream *stream = slot_stream(host, arguments[2]);
    if (stream != NULL) {
        toy_send(host, stream, arguments[3]);
    }
}

static void act_half(Host *host, const int64_t *arguments)
{
    Stream *stream = slot_stream(host, arguments[1]);
    if (stream != NULL) {
        stream_close_write(host, stream);
    }
}

static void act_close(Host *host, const int64_t *arguments)
{
    Stream *stream = slot_stream(host, arguments[1]);
    if (stream != NULL) {
        stream_close(host, stream);
    }
}

static void act_reset(Host *host, const int64_t *arguments)
{
    Stream *stream = slot_stream(host, arguments[1]);
    if (stream != NULL) {
        stream_reset(host, stream);
    }
}

static void act_disconnect(Host *host, const int64_t *arguments)
{
    host_disconnect(host, (EntityId)arguments[1]);
}

static void act_protect(Host *host, const int64_t *arguments)
{
    host_protect(host, (EntityId)arguments[1], arguments[2] != 0);
}

static void act_tag(Host *host, const int64_t *arguments)
{
    host_tag(host, (EntityId)arguments[1], arguments[2]);
}

static void act_tick(Host *host, const int64_t *arguments)
{
    host_after(host, arguments[1], 0, 7);
}

static void act_remember(Host *host, const int64_t *arguments)
{
    ToyState *state = host_state(host);
    state->durable = state->fleeting = arguments[1];
}

static void act_show(Host *host, const int64_t *arguments)
{
    (void)arguments;
    show(host);
}

static const char *const MESSAGES[] = {"number", NULL};
static const Protocol PROTOCOLS[] = {
    {.name = "/toy",
     .messages = MESSAGES,
     .stream_state_size_bytes = 16,
     .opened = opened,
     .received = received,
     .half_closed = half_closed,
     .ended = ended},
    {0},
};
static const TimerAction TIMERS[] = {{"tick", tick}, {0}};
static const Action ACTIONS[] = {
    {"dial", "dial PEER PEER", "dials", act_dial},
    {"open", "open PEER PEER COUNT", "opens", act_open},
    {"send", "send PEER PEER COUNT COUNT", "sends", act_send},
    {"half", "half PEER COUNT", "half-closes", act_half},
    {"close", "close PEER COUNT", "closes", act_close},
    {"reset", "reset PEER COUNT", "resets", act_reset},
    {"disconnect", "disconnect PEER PEER", "closes connections", act_disconnect},
    {"protect", "protect PEER PEER COUNT", "protects from closing, or not", act_protect},
    {"tag", "tag PEER PEER COUNT", "tags", act_tag},
    {"tick", "tick PEER DURATION", "sets a timer", act_tick},
    {"remember", "remember PEER COUNT", "sets the state", act_remember},
    {"show", "show PEER", "notes the state", act_show},
    {0},
};

static const Application APPLICATION = {
    .name = "toy",
    .state_size_bytes = sizeof(ToyState),
    .durable_size_bytes = sizeof(int64_t),
    .dials_itself = true,
    .restart = restart,
    .dialed = dialed,
    .protocols = PROTOCOLS,
    .timers = TIMERS,
    .actions = ACTIONS,
};

/* The network. */

static void add_value(GPtrArray *values, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "=", 2);
    g_ptr_array_add(values, setting_value_new(parts[0], parts[1], SETTING_SET, "test", 0, 0));
}

ToyNetwork *toy_network_new(const char *const *settings, GError **error)
{
    g_autoptr(ToyNetwork) toy = g_new0(ToyNetwork, 1);
    g_autoptr(GPtrArray) values =
        g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    add_value(values, "peers.count=4");
    add_value(values, "link.latency=10ms");
    for (; settings != NULL && *settings != NULL; settings++) {
        add_value(values, *settings);
    }
    ToyNetwork **self = g_new(ToyNetwork *, 1);
    *self = toy;
    toy->log = g_string_new(NULL);
    toy->settings = self;
    toy->network = network_new(&(NetworkOptions){.application = &APPLICATION,
                                                 .application_settings = self,
                                                 .values = values,
                                                 .directory = ".",
                                                 .seed = 1,
                                                 .queue = event_queue_kind(event_queue_names()[0]),
                                                 .partition_count = 1},
                               error);
    return toy->network == NULL ? NULL : g_steal_pointer(&toy);
}

void toy_network_free(ToyNetwork *toy)
{
    if (toy == NULL) {
        return;
    }
    network_free(toy->network);
    if (toy->database != NULL) {
        database_fixture_free(toy->database);
    }
    g_string_free(toy->log, TRUE);
    g_free(toy->failure);
    g_free(toy->settings);
    g_free(toy);
}

void toy_network_prepare(ToyNetwork *toy, const char *const *rows)
{
    g_autoptr(GError) error = NULL;
    FaultPlan *plan = fault_plan_new(&(FaultPlanContext){
        .application = &APPLICATION, .peer_count = network_peer_count(toy->network)});
    for (; rows != NULL && *rows != NULL; rows++) {
        g_auto(GStrv) parts = g_strsplit(*rows, " ", 2);
        if (!fault_plan_add(plan, parts[0], parts[1], &error)) {
            printf("\n    %s: %s\n", *rows, error->message);
            CU_FAIL_FATAL("a row of the test is wrong");
        }
    }
    toy->database = database_fixture_new();
    CU_ASSERT_FATAL(network_prepare(toy->network, plan, toy->database->recorder, 1, &error));
}

void toy_network_run(ToyNetwork *toy, const char *const *rows, SimTime until)
{
    toy_network_prepare(toy, rows);
    toy_network_go_on(toy, until);
}

void toy_network_go_on(ToyNetwork *toy, SimTime until)
{
    Simulation *simulation = network_simulation(toy->network);
    toy->outcome = simulation_run(simulation, until, false, UINT64_MAX);
    toy->failure = g_strdup(simulation_failure(simulation));
    network_finish(toy->network);
    CU_ASSERT_FATAL(database_fixture_commit(toy->database));
}

void toy_network_expect_log(const ToyNetwork *toy, const char *log)
{
    if (strcmp(toy->log->str, log) != 0) {
        printf("\n    found    %s\n    expected %s\n", toy->log->str, log);
    }
    CU_ASSERT_STRING_EQUAL(toy->log->str, log);
}

ToyNetwork *toy_network_expect(const char *const *settings, const char *const *rows,
                               const ToyHooks *hooks, const char *log)
{
    g_autoptr(GError) error = NULL;
    ToyNetwork *toy = toy_network_new(settings, &error);
    if (toy == NULL) {
        printf("\n    %s\n", error->message);
        CU_FAIL_FATAL("the settings of the test are wrong");
    }
    if (hooks != NULL) {
        toy->hooks = *hooks;
    }
    toy_network_run(toy, rows, 100 * SIM_SECOND);
    CU_ASSERT_EQUAL(toy->outcome, RUN_REACHED);
    toy_network_expect_log(toy, log);
    return toy;
}

void toy_network_expect_in_order(const char *const *settings)
{
    enum { COUNT = 60 };
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    for (int i = 0; i < COUNT; i++) {
        g_ptr_array_add(rows, g_strdup_printf("%dms send 0 1 0 %d", 3 * i, i));
    }
    g_ptr_array_add(rows, NULL);
    g_autoptr(ToyNetwork) toy = toy_network_new(settings, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(toy);
    toy_network_run(toy, (const char *const *)(void *)rows->pdata, 1000 * SIM_SECOND);
    int next = 0;
    for (const char *at = toy->log->str; (at = strstr(at, "got ")) != NULL; at++) {
        CU_ASSERT_EQUAL(next, (int)g_ascii_strtoll(at + strlen("got "), NULL, 10));
        next++;
    }
    CU_ASSERT_EQUAL(next, COUNT);
    database_fixture_expect(toy->database, "SELECT fate, count(*) FROM message GROUP BY 1",
                            "delivered|60");
}
