/* SPDX-License-Identifier: MIT */
/* Runs the CUnit suites: all, or those named on the command line. Exit status: the number of
 * failures. */
#include "tests/suite.h"

#include <CUnit/Basic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_wanted(const char *suite, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], suite) == 0) {
            return true;
        }
    }
    return argc < 2;
}

int main(int argc, char **argv)
{
    CU_SuiteInfo suites[] = {
#define X(name) {.pName = #name, .pTests = suite_##name},
#include "tests/suite_list.h"
#undef X
        CU_SUITE_INFO_NULL,
    };
    CU_SuiteInfo chosen[sizeof suites / sizeof suites[0]] = {0};
    size_t count = 0;
    for (size_t i = 0; suites[i].pName != NULL; i++) {
        if (is_wanted(suites[i].pName, argc, argv)) {
            chosen[count++] = suites[i];
        }
    }
    if (count == 0) {
        fprintf(stderr, "no suite of that name\n");
        return 2;
    }
    if (CU_initialize_registry() != CUE_SUCCESS || CU_register_suites(chosen) != CUE_SUCCESS) {
        fprintf(stderr, "CUnit: %s\n", CU_get_error_msg());
        return 2;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    unsigned failures = CU_get_number_of_failures();
    bool all_ran = CU_get_number_of_tests_run() > 0 && CU_get_number_of_suites_failed() == 0;
    CU_cleanup_registry();
    return failures > 0 ? (int)(failures > 99 ? 99 : failures) : all_ran ? 0 : 100;
}
