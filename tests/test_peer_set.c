/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/peer_set.h"

#include <stdio.h>
#include <string.h>

static const char *const CITIES[] = {"Tokyo", "Paris", "New York", "Lima"};

/* The members, as text. */
static char *members(const PeerSet *set)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < peer_set_count(set); i++) {
        g_string_append_printf(text, "%s%u", i > 0 ? " " : "", peer_set_member(set, i));
    }
    return g_string_free(text, FALSE);
}

static void peer_set_reads_numbers_ranges_and_names(void)
{
    static const struct {
        const char *text;
        uint32_t count;
        bool has_names;
        const char *members;
    } cases[] = {
        {"3", 20, false, "3"},
        {" { 3 } ", 20, false, "3"},
        {"{0..3, 12}", 20, false, "0 1 2 3 12"},
        {"{12, 0 .. 3}", 20, false, "0 1 2 3 12"},
        {"{5, 1..3, 2..4, 9, 9}", 20, false, "1 2 3 4 5 9"},
        {"2..4", 20, false, "2 3 4"},
        {"{7..7}", 20, false, "7"},
        {"all", 3, false, "0 1 2"},
        {"{1, all}", 3, false, "0 1 2"},
        {"Paris", 4, true, "1"},
        {"{Lima, New York, 0}", 4, true, "0 2 3"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PeerSet) set =
            peer_set_new(cases[i].text, cases[i].count, cases[i].has_names ? CITIES : NULL, &error);
        CU_ASSERT_PTR_NOT_NULL_FATAL(set);
        g_autofree char *text = members(set);
        CU_ASSERT_STRING_EQUAL(text, cases[i].members);
        for (uint32_t peer = 0; peer < cases[i].count; peer++) {
            bool is_member = false;
            for (uint32_t j = 0; j < peer_set_count(set); j++) {
                is_member |= peer_set_member(set, j) == peer;
            }
            CU_ASSERT_EQUAL(peer_set_has(set, peer), is_member);
        }
    }
}

static void peer_set_takes_no_memory_per_peer(void)
{
    g_autoptr(PeerSet) set = peer_set_new("all", UINT32_MAX, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(set);
    CU_ASSERT_EQUAL(peer_set_count(set), UINT32_MAX);
    CU_ASSERT_EQUAL(peer_set_member(set, 4000000000), 4000000000);
}

static void peer_set_errors_say_what_was_expected(void)
{
    static const struct {
        const char *text;
        bool has_names;
        const char *message;
    } cases[] = {
        {"4", false, "found '4', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"{0..4}", false,
         "found '0..4', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"{3..1}", false, "found '3..1', expected a range from low to high, such as 1..3"},
        {"{1..}", false,
         "found '1..', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"-1", false, "found '-1', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"99999999999999999999", false,
         "found '99999999999999999999', expected a peer from 0 to 3, a set such as {0..9, 12} or "
         "all"},
        {"{1, }", false, "found '', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"{}", false, "found '{}', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"", false, "found '', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"{1", false, "found '{1', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"Tokyo", false,
         "found 'Tokyo', expected a peer from 0 to 3, a set such as {0..9, 12} or all"},
        {"{1, Tokio}", true,
         "found 'Tokio', expected a peer from 0 to 3 or its name, a set such as {0..9, 12} or all; "
         "did you mean 'Tokyo'?"},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        CU_ASSERT_PTR_NULL(
            peer_set_new(cases[i].text, 4, cases[i].has_names ? CITIES : NULL, &error));
        CU_ASSERT_PTR_NOT_NULL_FATAL(error);
        CU_ASSERT_STRING_EQUAL(error->message, cases[i].message);
    }
    g_autoptr(GError) error = NULL;
    CU_ASSERT_PTR_NULL(peer_set_new("all", 0, NULL, &error));
    CU_ASSERT_PTR_NOT_NULL(error);
}

CU_TestInfo suite_peer_set[] = {
    {"peer_set_reads_numbers_ranges_and_names", peer_set_reads_numbers_ranges_and_names},
    {"peer_set_takes_no_memory_per_peer", peer_set_takes_no_memory_per_peer},
    {"peer_set_errors_say_what_was_expected", peer_set_errors_say_what_was_expected},
    CU_TEST_INFO_NULL,
};
