/* SPDX-License-Identifier: MIT */
#include "tests/suite.h"

#include "sim/crew.h"

enum { MEMBERS = 3, STEPS = 2000 };

typedef struct Steps {
    Crew *crew;
    unsigned done[MEMBERS]; /* steps; read by the others after each meeting */
    unsigned mistakes[MEMBERS];
} Steps;

static void step_together(void *data, unsigned number)
{
    Steps *steps = data;
    for (unsigned i = 1; i <= STEPS; i++) {
        steps->done[number] = i;
        crew_meet(steps->crew);
        for (unsigned k = 0; k < crew_size(steps->crew); k++) {
            steps->mistakes[number] += steps->done[k] != i;
        }
        crew_meet(steps->crew);
    }
}

static void crew_members_see_what_all_did_before_a_meeting(void)
{
    for (unsigned size = 1; size <= MEMBERS; size++) {
        g_autoptr(Crew) crew = crew_new(size);
        Steps steps = {.crew = crew};
        for (unsigned job = 0; job < 3; job++) {
            crew_work(crew, step_together, &steps);
            for (unsigned k = 0; k < MEMBERS; k++) {
                CU_ASSERT_EQUAL(steps.done[k], k < size ? STEPS : 0);
                CU_ASSERT_EQUAL(steps.mistakes[k], 0);
            }
        }
    }
}

static void sleep_first(void *data, unsigned number)
{
    Steps *steps = data;
    if (number == 0) { /* the others have gone to sleep by the end of this */
        for (volatile unsigned i = 0; i < 20000000; i++) {
        }
    }
    steps->done[number]++;
    crew_meet(steps->crew);
    steps->mistakes[number] = steps->done[0] + steps->done[1] + steps->done[2] - MEMBERS;
}

static void crew_waits_for_a_member_that_is_late(void)
{
    g_autoptr(Crew) crew = crew_new(MEMBERS);
    Steps steps = {.crew = crew};
    crew_work(crew, sleep_first, &steps);
    for (unsigned k = 0; k < MEMBERS; k++) {
        CU_ASSERT_EQUAL(steps.mistakes[k], 0);
    }
}

static void crew_without_work_is_dismissed(void)
{
    g_autoptr(Crew) crew = crew_new(MEMBERS);
    CU_ASSERT_EQUAL(crew_size(crew), MEMBERS);
}

CU_TestInfo suite_crew[] = {
    {"crew_members_see_what_all_did_before_a_meeting",
     crew_members_see_what_all_did_before_a_meeting},
    {"crew_waits_for_a_member_that_is_late", crew_waits_for_a_member_that_is_late},
    {"crew_without_work_is_dismissed", crew_without_work_is_dismissed},
    CU_TEST_INFO_NULL,
};
