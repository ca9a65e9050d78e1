/* SPDX-License-Identifier: MIT */
/* Halves of connections and streams in corners that the shipped modules keep out of: handlers that
 * end what they are called for, names of streams that are gone, delays past the end of time. */
#include "tests/suite.h"

#include "models/host.h"
#include "models/network.h"
#include "tests/scenario_fixture.h"

#include <string.h>

typedef struct Toy {
    uint64_t first; /* the handle of the first stream that the other side opened */
    uint32_t received, ended, opened;
    bool found_the_first_again;
} Toy;

typedef struct ToySettings {
    bool resets_when_opened;
} ToySettings;

enum { TIMER_OPEN, TIMER_CLOSE };

/* A message to peer 0 on a new stream, which is closed 40 ms later. */
static void open_to_zero(Host *host, uint64_t unused)
{
    (void)unused;
    Stream *stream = host_open(host, 0, 0, NULL);
    stream_send(host, stream, &(Message){.size_bytes = 1});
    host_after(host, 40 * SIM_MILLISECOND, TIMER_CLOSE, stream_handle(stream));
}

static void close_stream(Host *host, uint64_t handle)
{
    Stream *stream = host_stream(host, handle);
    if (stream != NULL) {
        stream_close(host, stream);
    }
}

/* Peers 1, 2, ... open one after another, each its first stream. */
static void start(Host *host)
{
    if (host_id(host) > 0) {
        host_after(host, host_id(host) * 100 * SIM_MILLISECOND, TIMER_OPEN, 0);
    }
}

static void opened(Host *host, Stream *stream)
{
    const ToySettings *settings = host_settings(host);
    ((Toy *)host_state(host))->opened++;
    if (settings->resets_when_opened) {
        stream_reset(host, stream);
    }
}

static void received(Host *host, Stream *stream, const Message *message)
{
    (void)message;
    Toy *toy = host_state(host);
    if (toy->received++ == 0) {
        toy->first = stream_handle(stream);
    } else if (host_stream(host, toy->first) != NULL) {
        toy->found_the_first_again = true;
    }
}

/* The first stream that ends by no doing of this side is followed by another. */
static void ended(Host *host, Stream *stream, Outcome outcome)
{
    (void)outcome;
    Toy *toy = host_state(host);
    if (toy->ended++ == 0 && stream_is_opener(host, stream)) {
        open_to_zero(host, 0);
    }
}

static const Protocol PROTOCOLS[] = {
    {.name = "/toy", .opened = opened, .received = received, .ended = ended}, {0}};
static const TimerAction TIMERS[] = {
    [TIMER_OPEN] = {"open", open_to_zero}, [TIMER_CLOSE] = {"close", close_stream}, {0}};
static const Application TOY = {.name = "toy",
                                .state_size_bytes = sizeof(Toy),
                                .dials_itself = true,
                                .start = start,
                                .protocols = PROTOCOLS,
                                .timers = TIMERS};

typedef struct ToyRun {
    ToySettings settings;
    GPtrArray *values;
    Network *network;
} ToyRun;

/* Three peers, links of 10 ms, through one second. Peer 0 crashes at `crash` unless it is NULL. */
static const Toy *run_toy(ToyRun *run, const char *stack, const char *crash, EntityId peer)
{
    g_autoptr(GError) error = NULL;
    run->values = g_ptr_array_new_with_free_func((GDestroyNotify)setting_value_free);
    const char *const texts[][2] = {
        {"peers.count", "3"}, {"link.latency", "10ms"}, {"stack.name", stack}};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_ptr_array_add(run->values,
                        setting_value_new(texts[i][0], texts[i][1], SETTING_SET, "test", 0, 0));
    }
    run->network = network_new(&(NetworkOptions){.application = &TOY,
                                                 .application_settings = &run->settings,
                                                 .values = run->values,
                                                 .directory = ".",
                                                 .seed = 1,
                                                 .queue = event_queue_kind("heap")},
                               &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(run->network);
    FaultPlan *plan = fault_plan_new(&(FaultPlanContext){.application = &TOY, .peer_count = 3});
    CU_ASSERT(crash == NULL || fault_plan_add(plan, crash, "crash 0", &error));
    CU_ASSERT_FATAL(network_prepare(run->network, plan, NULL, 0, &error));
    Simulation *simulation = network_simulation(run->network);
    CU_ASSERT_EQUAL(simulation_run(simulation, SIM_SECOND, false, 10000), RUN_REACHED);
    return host_state((const Host *)(const void *)simulation_entity(simulation, peer));
}

static void clear_toy(ToyRun *run)
{
    network_finish(run->network);
    network_free(run->network);
    g_ptr_array_unref(run->values);
}

static void connection_stream_handle_names_one_half_ever(void)
{
    static const char *const stacks[] = {"ideal", "datagram"};
    for (size_t i = 0; i < G_N_ELEMENTS(stacks); i++) {
        ToyRun run = {0};
        const Toy *toy = run_toy(&run, stacks[i], NULL, 0);
        CU_ASSERT_EQUAL(toy->received, 2);
        CU_ASSERT(strcmp(stacks[i], "datagram") == 0 || !toy->found_the_first_again);
        clear_toy(&run);
    }
}

static void connection_opened_handler_may_reset_the_stream(void)
{
    ToyRun run = {.settings = {.resets_when_opened = true}};
    const Toy *toy = run_toy(&run, "ideal", NULL, 0);
    CU_ASSERT(toy->opened >= 2 && toy->received == 0);
    clear_toy(&run);
}

/* The other side has crashed: what its handler opens goes by a dial of its own, which is refused.
 */
static void connection_ended_handler_may_open_another_stream(void)
{
    ToyRun run = {0};
    const Toy *toy = run_toy(&run, "ideal", "130ms", 1);
    CU_ASSERT_EQUAL(toy->ended, 2);
    clear_toy(&run);
}

/* At this shape one delay in some hundred is past the end of time. */
static void connection_outlives_delays_past_the_end_of_time(void)
{
    static const char *const stacks[] = {"stack.name=ideal", "stack.name=datagram"};
    for (size_t i = 0; i < G_N_ELEMENTS(stacks); i++) {
        const char *const sets[] = {stacks[i], NULL};
        g_autoptr(ScenarioFixture) run =
            scenario_fixture_new("scenario: {module: ping, stop: 60s}\n"
                                 "peers: {count: 20}\n"
                                 "topology: {kind: ring}\n"
                                 "link: {latency: 'pareto(1ms, 0.1)'}\n"
                                 "ping: {count: 0}\n",
                                 sets, 1, true);
        CU_ASSERT_FATAL(run != NULL && scenario_fixture_run(run));
        CU_ASSERT(scenario_fixture_integer(
                      run, "SELECT count(*) FROM message WHERE fate = 'in-flight'") > 0);
    }
}

CU_TestInfo suite_connection[] = {
    {"connection_stream_handle_names_one_half_ever", connection_stream_handle_names_one_half_ever},
    {"connection_opened_handler_may_reset_the_stream",
     connection_opened_handler_may_reset_the_stream},
    {"connection_ended_handler_may_open_another_stream",
     connection_ended_handler_may_open_another_stream},
    {"connection_outlives_delays_past_the_end_of_time",
     connection_outlives_delays_past_the_end_of_time},
    CU_TEST_INFO_NULL,
};
