/* SPDX-License-Identifier: MIT */
/* Values, calls, lists and peer sets from any text: nothing breaks, and what was read is printed so
 * that it reads back to the same. The first byte chooses the unit. */
#include "sim/call_text.h"
#include "sim/distribution.h"
#include "sim/list_text.h"
#include "sim/peer_set.h"
#include "sim/value_text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_value(const char *text, ValueUnit unit)
{
    int64_t value = 0, again = 0;
    g_autoptr(GError) error = NULL;
    if (!value_parse(text, unit, &value, &error)) {
        g_assert(error != NULL && strstr(error->message, "expected") != NULL);
        return;
    }
    g_autofree char *printed = value_print(value, unit);
    g_assert(value_parse(printed, unit, &again, NULL) && again == value);
}

static void check_reals(const char *text)
{
    double probability = 0, number = 0;
    bool flag = false;
    if (value_parse_probability(text, &probability, NULL)) {
        g_assert(probability >= 0 && probability <= 1);
    }
    if (value_parse_number(text, &number, NULL)) {
        g_assert(number - number == 0); /* finite */
    }
    value_parse_yes_no(text, &flag, NULL);
}

static void check_call(const char *text)
{
    static const char *const keys[] = {"unit", "min", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(CallText) call = call_text_new(text, &error);
    if (call == NULL) {
        g_assert(error != NULL);
        return;
    }
    g_assert(*call_text_name(call) != '\0');
    for (unsigned i = 0; i < call_text_count(call); i++) {
        g_assert(call_text_argument(call, i) != NULL);
    }
    call_text_expect(call, 1, 3, keys, "f(VALUE, unit=ms)", NULL);
}

static void check_list(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) list = list_text_read(text, &error);
    if (list == NULL) {
        g_assert(error != NULL && strstr(error->message, "expected") != NULL);
        return;
    }
    g_autofree char *printed = list_text_print((const char *const *)list);
    g_auto(GStrv) again = list_text_read(printed, NULL);
    g_assert(again != NULL && g_strv_equal((const char *const *)list, (const char *const *)again));
}

static void check_peers(const char *text)
{
    static const char *const names[] = {"Tokyo", "New York", "Lima", "7", "a..b"};
    const uint32_t count = G_N_ELEMENTS(names);
    g_autoptr(PeerSet) named = peer_set_new(text, count, names, NULL);
    g_autoptr(PeerSet) all = peer_set_new(text, UINT32_MAX, NULL, NULL);
    if (all != NULL) {
        g_assert(peer_set_has(all, peer_set_member(all, peer_set_count(all) - 1)));
    }
    for (uint32_t i = 0; named != NULL && i < peer_set_count(named); i++) {
        g_assert(peer_set_member(named, i) < count);
        g_assert(i == 0 || peer_set_member(named, i - 1) < peer_set_member(named, i));
    }
}

/* A distribution that reads a file is left out: the fuzzer would open files of its own naming. */
static void check_distribution(const char *text, ValueUnit unit)
{
    if (strstr(text, "empirical") != NULL) {
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(Distribution) distribution = distribution_new(text, unit, NULL, &error);
    if (distribution == NULL) {
        g_assert(error != NULL);
        return;
    }
    const int64_t least = distribution_minimum(distribution);
    const int64_t most = distribution_maximum(distribution);
    for (uint64_t counter = 0; counter < 16; counter++) {
        const int64_t draw = distribution_draw(distribution, 7, counter);
        g_assert(draw >= least && draw <= most);
    }
    g_autoptr(Distribution) again =
        distribution_new(distribution_text(distribution), unit, NULL, NULL);
    g_assert(again != NULL);
    g_assert(distribution_draw(again, 7, 0) == distribution_draw(distribution, 7, 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    if (size_bytes == 0) {
        return 0;
    }
    const ValueUnit unit = (ValueUnit)(data[0] % 4);
    g_autofree char *text = g_strndup((const char *)data + 1, size_bytes - 1);
    check_value(text, unit);
    check_reals(text);
    check_call(text);
    check_list(text);
    check_peers(text);
    check_distribution(text, unit);
    return 0;
}
