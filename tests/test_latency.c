/* SPDX-License-Identifier: MIT */
/* Latency models: their texts, their delays to the nanosecond, their bounds. */
#include "tests/suite.h"

#include "models/geography.h"
#include "models/latency.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* The file that the texts of a test call `data`. */
typedef struct Data {
    char *directory, *path;
} Data;

static Data data_new(const char *text)
{
    Data data = {.directory = g_dir_make_tmp("skein-XXXXXX", NULL)};
    data.path = g_build_filename(data.directory, "data", NULL);
    CU_ASSERT(g_file_set_contents(data.path, text, -1, NULL));
    return data;
}

static void data_clear(Data *data)
{
    g_unlink(data->path);
    g_rmdir(data->directory);
    g_free(data->path);
    g_free(data->directory);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Data, data_clear)

static LatencyModel *make(const char *text, uint32_t peers, const Data *data, GError **error)
{
    const LatencyContext context = {.peers = peers,
                                    .directory = data != NULL ? data->directory : NULL};
    return latency_model_new(text, &context, error);
}

static SimDuration delay(const LatencyModel *model, EntityId sender, EntityId receiver)
{
    const SimDuration found = latency_model_delay(model, sender, receiver, 1, 0);
    CU_ASSERT_EQUAL(found, latency_model_minimum(model, sender, receiver));
    CU_ASSERT(found >= latency_model_lower_bound(model));
    return found;
}

static void latency_of_a_distribution_keeps_its_bound(void)
{
    static const struct {
        const char *text;
        SimDuration bound;
        bool is_constant;
    } cases[] = {
        {"5ms", 5 * SIM_MILLISECOND, true},
        {"1ns", 1, true},
        {"uniform(5ms, 9ms)", 5 * SIM_MILLISECOND, false},
        {"normal(5us, 9us)", SIM_MICROSECOND, false},
        {"normal(5ms, 9ms, min=3ms)", 3 * SIM_MILLISECOND, false},
        {"exponential(2us)", SIM_MICROSECOND, false},
        {"exponential(2us, min=10ns)", 10, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LatencyModel) model = make(cases[i].text, 3, NULL, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        CU_ASSERT_EQUAL(latency_model_lower_bound(model), cases[i].bound);
        CU_ASSERT_EQUAL(latency_model_minimum(model, 2, 1), cases[i].bound);
        CU_ASSERT_EQUAL(latency_model_is_constant(model), cases[i].is_constant);
        SimDuration least = INT64_MAX, most = 0;
        for (uint64_t index = 0; index < 1000; index++) {
            const SimDuration found = latency_model_delay(model, 0, 1, 77, index);
            least = MIN(least, found);
            most = MAX(most, found);
        }
        CU_ASSERT(least >= cases[i].bound);
        CU_ASSERT_EQUAL(most == least, cases[i].is_constant);
        CU_ASSERT_EQUAL(latency_model_fate(model, 0, 1, 0), LATENCY_ARRIVES);
        CU_ASSERT_PTR_NULL(latency_model_peer_name(model, 0));
        CU_ASSERT_PTR_NULL(latency_model_inputs(model)[0]);
    }
}

static void latency_with_jitter_keeps_its_bound(void)
{
    static const struct {
        const char *text, *jitter;
        SimDuration bound, most;
    } cases[] = {
        {"5ms", "0", 5000000, 5000000},
        {"5ms", "3ms", 8000000, 8000000},
        {"5ms", "uniform(-1ms, 1ms)", 4000000, 6000000},
        {"5ms", "uniform(-9ms, 1ms)", 1000, 6000000},
        {"500ns", "uniform(-9ms, 0ms)", 500, 500},
        {"5ms", "normal(0ms, 100ms)", 1000, INT64_MAX},
        {"5ms", "exponential(1ms)", 5000000, INT64_MAX},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const LatencyContext context = {.peers = 2, .jitter = cases[i].jitter};
        g_autoptr(LatencyModel) model = latency_model_new(cases[i].text, &context, NULL);
        CU_ASSERT_PTR_NOT_NULL_FATAL(model);
        CU_ASSERT_EQUAL(latency_model_lower_bound(model), cases[i].bound);
        CU_ASSERT_EQUAL(latency_model_minimum(model, 0, 1), cases[i].bound);
        SimDuration least = INT64_MAX, most = 0;
        for (uint64_t index = 0; index < 1000; index++) {
            const SimDuration found = latency_model_delay(model, 0, 1, 78, index);
            least = MIN(least, found);
            most = MAX(most, found);
        }
        CU_ASSERT(least >= cases[i].bound && most <= cases[i].most);
    }
}

static void latency_of_a_matrix_halves_round_trips_exactly(void)
{
    g_auto(Data) data = data_new(",A,B,C\nA,0,5,10\nB,7,0,11\nC,10,11,0\n");
    g_autoptr(LatencyModel) rtt = make("matrix(data, unit=ns, kind=rtt)", 3, &data, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rtt);
    CU_ASSERT_EQUAL(delay(rtt, 0, 1), 2); /* 5/2 down */
    CU_ASSERT_EQUAL(delay(rtt, 1, 0), 4); /* 7/2 up */
    CU_ASSERT_EQUAL(delay(rtt, 0, 2) + delay(rtt, 2, 0), 10);
    CU_ASSERT_EQUAL(delay(rtt, 1, 2) + delay(rtt, 2, 1), 11);
    CU_ASSERT_EQUAL(latency_model_lower_bound(rtt), 2);
    CU_ASSERT_STRING_EQUAL(latency_model_peer_name(rtt, 1), "B");
    CU_ASSERT_STRING_EQUAL(latency_model_inputs(rtt)[0], "data");
    CU_ASSERT_PTR_NULL(latency_model_inputs(rtt)[1]);
    CU_ASSERT(latency_model_is_constant(rtt));
    g_autoptr(LatencyModel) one_way = make("matrix(data, unit=us, kind=one-way)", 2, &data, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(one_way);
    CU_ASSERT_EQUAL(delay(one_way, 0, 1), 5000);
    CU_ASSERT_EQUAL(delay(one_way, 1, 0), 7000);
}

static void latency_of_regions_follows_the_shares(void)
{
    g_auto(Data) data = data_new("from,EU,US\nEU,10,80\nUS,81,20\n");
    g_autofree char *path = g_build_filename(data.directory, "shares", NULL);
    CU_ASSERT(g_file_set_contents(path, "net,US,EU\na,1,0\nb,0.25,0.75\n", -1, NULL));
    g_autoptr(LatencyModel) turns = make("regions(data, unit=ms, kind=one-way)", 4, &data, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(turns);
    static const char *const in_turn[] = {"EU", "US", "EU", "US"};
    for (EntityId i = 0; i < 4; i++) {
        CU_ASSERT_STRING_EQUAL(latency_model_peer_region(turns, i), in_turn[i]);
    }
    CU_ASSERT_EQUAL(delay(turns, 0, 2), 10 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(delay(turns, 0, 1), 80 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(delay(turns, 3, 0), 81 * SIM_MILLISECOND);
    g_autoptr(LatencyModel) shared =
        make("regions(data, unit=ms, kind=rtt, shares=shares, row=b)", 1000, &data, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shared);
    unsigned europeans = 0;
    for (EntityId i = 0; i < 1000; i++) {
        europeans += strcmp(latency_model_peer_region(shared, i), "EU") == 0;
        CU_ASSERT(fabs(europeans - 0.75 * (i + 1)) <= 1);
    }
    CU_ASSERT_EQUAL(europeans, 750);
    CU_ASSERT_STRING_EQUAL(latency_model_inputs(shared)[1], "shares");
    g_unlink(path);
}

static void latency_of_coordinates_is_distance(void)
{
    g_auto(Data) plane = data_new("id,x_ms,y_ms\n0,0,0\n1,3,4\n2,0,0\n3,0.5,0\n");
    g_autoptr(LatencyModel) model = make("coordinates(data, access=2ms)", 4, &plane, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    CU_ASSERT_EQUAL(delay(model, 0, 1), 9 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(delay(model, 2, 0), 4 * SIM_MILLISECOND);
    CU_ASSERT_EQUAL(delay(model, 3, 2), 4500000);
    g_autoptr(LatencyModel) bare = make("coordinates(data)", 4, &plane, NULL);
    CU_ASSERT_EQUAL(delay(bare, 2, 0), SIM_MICROSECOND);
    g_auto(Data) globe = data_new("3\n52.52 13.405\n48.8566 2.3522\n-33.8688 151.2093\n");
    g_autoptr(LatencyModel) light = make("coordinates(data, detour=1)", 3, &globe, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(light);
    /* Berlin to Paris is 877.5 km, to Sydney 16,094 km, at 200 km/ms. */
    CU_ASSERT_DOUBLE_EQUAL((double)delay(light, 0, 1), 877.5 * 5000, 5000);
    CU_ASSERT_DOUBLE_EQUAL((double)delay(light, 0, 2), 16094 * 5000.0, 50000);
    CU_ASSERT_EQUAL(delay(light, 1, 0), delay(light, 0, 1));
    CU_ASSERT(latency_model_lower_bound(light) > 870 * 5000);
}

static void geography_closest_pair_is_that_of_all_pairs(void)
{
    Place places[60];
    for (unsigned seed = 0; seed < 20; seed++) {
        double least = HUGE_VAL;
        for (unsigned i = 0; i < 60; i++) {
            const double step = (i + 1) * (seed + 1.5);
            places[i] = (Place){fmod(step * 7.31, 10), fmod(step * 3.77, 10), fmod(step, 1)};
            for (unsigned j = 0; j < i; j++) {
                least = MIN(least, geography_square(places[i], places[j]));
            }
        }
        CU_ASSERT_EQUAL(geography_closest_square(places, 60), least);
    }
    CU_ASSERT(isinf(geography_closest_square(places, 1)));
}

static void latency_of_a_recording_is_replayed(void)
{
    g_auto(Data) data = data_new("sender,receiver,delay\n0,1,5ms\n1,0,7ms\n0,1,lost\n0,1,6ms\n");
    g_autoptr(LatencyModel) model = make("replay(data)", 2, &data, NULL);
    g_autoptr(LatencyModel) then = make("replay(data, then=1ms)", 2, &data, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(model);
    CU_ASSERT_PTR_NOT_NULL_FATAL(then);
    static const LatencyFate fates[] = {LATENCY_ARRIVES, LATENCY_LOST, LATENCY_ARRIVES,
                                        LATENCY_EXHAUSTED, LATENCY_EXHAUSTED};
    static const SimDuration delays[] = {5000000, 5000000, 6000000, 5000000, 5000000};
    for (uint64_t i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(latency_model_fate(model, 0, 1, i), fates[i]);
        CU_ASSERT_EQUAL(latency_model_delay(model, 0, 1, 9, i), delays[i]);
    }
    CU_ASSERT_EQUAL(latency_model_delay(model, 1, 0, 9, 0), 7000000);
    CU_ASSERT_EQUAL(latency_model_fate(model, 1, 0, 1), LATENCY_EXHAUSTED);
    CU_ASSERT_EQUAL(latency_model_fate(then, 0, 1, 3), LATENCY_ARRIVES);
    CU_ASSERT_EQUAL(latency_model_delay(then, 0, 1, 9, 3), 1000000);
    CU_ASSERT_EQUAL(latency_model_fate(then, 0, 1, 1), LATENCY_LOST);
    CU_ASSERT_EQUAL(latency_model_lower_bound(model), 5000000);
    CU_ASSERT_EQUAL(latency_model_lower_bound(then), 1000000);
    CU_ASSERT(latency_model_loses(model));
    g_auto(Data) lossless = data_new("0,1,5ms\n");
    g_autoptr(LatencyModel) sure = make("replay(data)", 2, &lossless, NULL);
    CU_ASSERT_FALSE(latency_model_loses(sure));
    CU_ASSERT(latency_model_is_replay(model) && !latency_model_is_constant(model));
}

static void latency_text_that_makes_no_sense_is_refused(void)
{
    static const struct {
        const char *text, *data, *says;
    } cases[] = {
        {"0ms", "", "at least 1ns"},
        {"0", "", "at least 1ns"},
        {"-5ms", "", "at least 1ns"},
        {"uniform(0ms, 5ms)", "", "at least 1ns"},
        {"uniform(-3ms, 5ms)", "", "as small as -3ms"},
        {"normal(5ms, 1ms, min=0ms)", "", "at least 1ns"},
        {"fast", "", "matrix(), regions(), replay()"},
        {"uniform(1ms)", "", "expected uniform(LOW, HIGH"},
        {"grph(data)", "", "did you mean graph(FILE"},
        {"matrix", "", "expected matrix(FILE"},
        {"matrix(data)", "0 1\n1 0\n", "found no unit"},
        {"matrix(data, unit=ms)", "0 1\n1 0\n", "found no kind"},
        {"matrix(data, unit=min, kind=rtt)", "0 1\n1 0\n", "unit: found 'min'"},
        {"matrix(data, unit=ms, kind=both)", "0 1\n1 0\n", "kind: found 'both'"},
        {"matrix(data, unit=ms, kind=rtt, zero=0ms)", "0 1\n1 0\n", "zero: found '0ms'"},
        {"matrix(data, unit=ms, kind=rtt, nil=1ms)", "0 1\n1 0\n", "nil"},
        {"matrix(none, unit=ms, kind=rtt)", "", "none: cannot be read: no such file"},
        {"matrix(data, unit=ms, kind=rtt)", "0 1\n1 0\n",
         "data: found a matrix of 2 rows, expected at least 3"},
        {"matrix(data, unit=ns, kind=rtt)", "0 1 3\n3 0 3\n3 3 0\n",
         "round trip of 1ns from 0 to 1"},
        {"matrix(data, unit=ms, kind=rtt)", "0 1 1\n1 0 1\n1 -1 0\n", "data:3:3: found '-1'"},
        {"regions(data, unit=ms, kind=rtt)", "a,b\n1,\n1,1\n", "data:2:3: found an empty cell"},
        {"regions(data, unit=ms, kind=rtt, row=x)", "1 1\n1 1\n", "without shares"},
        {"coordinates(data)", "x_ms,y_ms\n1,2\n", "data:2: found 1 points, expected at least 3"},
        {"coordinates(data)", "a,b\n1,2\n", "data:1:1: found no coordinates"},
        {"coordinates(data)", "91 5\n", "data:1:1: found latitude 91"},
        {"coordinates(data, detour=0.5)", "1 1\n1 1\n", "detour: found '0.5'"},
        {"replay(data)", "0,3,5ms\n", "data:1:3: found '3', expected a whole number from 0 to 2"},
        {"replay(data)", "0,1,0ms\n", "data:1:5: found a delay of '0ms'"},
        {"replay(data)", "0,1,5\n", "data:1:5: "},
        {"replay(data)", "0,0,5ms\n", "from 0 to itself"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Data) data = data_new(cases[i].data);
        g_autoptr(GError) error = NULL;
        g_autoptr(LatencyModel) model = make(cases[i].text, 3, &data, &error);
        CU_ASSERT_PTR_NULL(model);
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_PTR_NOT_NULL(strstr(error->message, cases[i].says));
        if (strstr(error->message, cases[i].says) == NULL) {
            g_printerr("\n%s: %s\n", cases[i].text, error->message);
        }
    }
}

static void latency_usages_name_every_form(void)
{
    unsigned count = 0;
    while (latency_model_usage(count) != NULL) {
        count++;
    }
    CU_ASSERT_EQUAL(count, 6);
}

CU_TestInfo suite_latency[] = {
    {"latency_of_a_distribution_keeps_its_bound", latency_of_a_distribution_keeps_its_bound},
    {"latency_with_jitter_keeps_its_bound", latency_with_jitter_keeps_its_bound},
    {"latency_of_a_matrix_halves_round_trips_exactly",
     latency_of_a_matrix_halves_round_trips_exactly},
    {"latency_of_regions_follows_the_shares", latency_of_regions_follows_the_shares},
    {"latency_of_coordinates_is_distance", latency_of_coordinates_is_distance},
    {"geography_closest_pair_is_that_of_all_pairs", geography_closest_pair_is_that_of_all_pairs},
    {"latency_of_a_recording_is_replayed", latency_of_a_recording_is_replayed},
    {"latency_text_that_makes_no_sense_is_refused", latency_text_that_makes_no_sense_is_refused},
    {"latency_usages_name_every_form", latency_usages_name_every_form},
    CU_TEST_INFO_NULL,
};
