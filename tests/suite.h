/* SPDX-License-Identifier: MIT */
/* What a test file needs. A suite is an array of CU_TestInfo that ends with CU_TEST_INFO_NULL, made
 * known by one line in tests/suite_list.h: X(event) expects `CU_TestInfo suite_event[]`. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#define X(name) extern CU_TestInfo suite_##name[];
#include "tests/suite_list.h"
#undef X

#endif
