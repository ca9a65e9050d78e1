/* SPDX-License-Identifier: MIT */
/* A small database for what reads databases. */
#include "tests/sample_run.h"

#include "sim/schema.h"

#include <CUnit/CUnit.h>
#include <glib.h>
#include <stdint.h>

/* Round trips: 0-1 20 ms, 0-2 60 ms, 1-2 100 ms. The last ping of 2 to 1 loses its PONG. One name
 * would break a script that does not quote it. */
static const char ROWS[] =
    "INSERT INTO run VALUES(1,'sample.yaml','ping',NULL,'',0,-1,'complete',-2,40,2000000000);"
    "INSERT INTO parameter VALUES(1,'peers.count','3','file');"
    "INSERT INTO peer VALUES(1,0,'Tokyo',NULL),(1,1,'L''Aquila `x` \"y\" {z}_',NULL),"
    " (1,2,NULL,NULL);"
    "INSERT INTO link VALUES(1,0,1,10000000,0.0,NULL),(1,1,0,10000000,0.0,NULL),"
    " (1,0,2,30000000,0.0,NULL),(1,2,0,30000000,0.0,NULL),(1,1,2,50000000,0.5,NULL),"
    " (1,2,1,50000000,0.5,NULL);"
    "INSERT INTO connection VALUES(1,1,0,1,'ideal',0,20000000,NULL,'open',100,100),"
    " (1,2,0,2,'ideal',20000000,80000000,NULL,'open',100,100),"
    " (1,4294967297,1,2,'ideal',80000000,180000000,NULL,'open',100,100),"
    " (1,8589934593,2,1,'ideal',180000000,NULL,NULL,'timeout',0,0);"
    "INSERT INTO span VALUES"
    " (1,11,11,NULL,'ping','client',0,200000000,221000000,'ok','{\"to\":1}'),"
    " (1,12,12,NULL,'ping','client',0,300000000,361000000,'ok','{\"to\":2}'),"
    " (1,13,13,NULL,'ping','client',1,400000000,501000000,'ok','{\"to\":2}'),"
    " (1,14,14,NULL,'ping','client',2,600000000,NULL,'error','{\"to\":1}'),"
    " (1,15,11,11,'PONG','server',1,210000000,211000000,'ok',NULL),"
    " (1,16,12,12,'PONG','server',2,330000000,331000000,'ok',NULL),"
    " (1,17,13,13,'PONG','server',2,450000000,451000000,'ok',NULL),"
    " (1,18,14,14,'PONG','server',1,650000000,651000000,'ok',NULL),"
    " (1,19,19,NULL,'Setup','internal',NULL,0,180000000,'ok',NULL);"
    "INSERT INTO message VALUES"
    " (1,1,0,1,1,'PING',32,200000000,210000000,'delivered',NULL),"
    " (1,2,1,0,1,'PONG',32,211000000,221000000,'delivered',NULL),"
    " (1,3,0,2,2,'PING',32,300000000,330000000,'delivered',NULL),"
    " (1,4,2,0,2,'PONG',32,331000000,361000000,'delivered',NULL),"
    " (1,5,1,2,3,'PING',32,400000000,450000000,'delivered',NULL),"
    " (1,6,2,1,3,'PONG',32,451000000,501000000,'delivered',NULL),"
    " (1,7,2,1,4,'PING',32,600000000,650000000,'delivered',NULL),"
    " (1,8,1,2,4,'PONG',32,651000000,NULL,'lost',NULL),"
    " (1,9,1,2,4,'marker',16,1990000000,NULL,'in-flight',NULL),"
    " (1,10,1,0,5,'marker',16,1980000000,1990000000,'delivered',NULL),"
    " (1,11,1,0,5,'marker',16,1980000000,1992000000,'delivered',10);"
    "INSERT INTO packet VALUES"
    " (1,1,1,0,1,0,NULL,'SYN',60,0,10000000,'delivered',0,64240,NULL,0,NULL,1,0),"
    " (1,4294967297,1,1,0,0,1,'SYN|ACK',60,10000000,20000000,'delivered',0,65160,NULL,0,NULL,9,1);"
    "INSERT INTO packet VALUES"
    " (1,2,1,0,1,1,1,'ACK',1500,20000000,NULL,'lost',1448,64240,NULL,0,NULL,20,9),"
    " (1,3,1,0,1,1449,1,'ACK',1500,20000000,30000000,'delivered',1448,64240,NULL,120000,NULL,20,9),"
    " (1,4294967298,1,1,0,1,1,'ACK',64,30000000,40000000,'delivered',0,65160,'[[1449,2897]]',0,"
    "  NULL,30,20),"
    " (1,4,1,0,1,1,1,'ACK',1500,40000000,50000000,'delivered',1448,64240,NULL,0,NULL,40,30),"
    " (1,4294967299,1,1,0,1,2897,'ACK',52,50000000,60000000,'delivered',0,65160,NULL,0,NULL,50,40);"
    "INSERT INTO series VALUES(1,'tcp.cwnd',0,20000000,10,1,1),(1,'tcp.cwnd',0,40000000,7,1,1),"
    " (1,'traffic.received',1,50000000,2896,1,0),(1,'link.queue',0,20000000,1500,NULL,1),"
    " (1,'link.queue',0,20120000,0,NULL,1);"
    "INSERT INTO fault VALUES(1,550000000,'partition','{0} {1, 2}'),(1,700000000,'heal',NULL);"
    "INSERT INTO metric VALUES"
    " (1,'ping.rtt','ns',3,183000000,14363000000000000,21000000,101000000,"
    "  '[[15617,1],[17221,1],[17925,1]]'),"
    " (1,'ping.loss','1',4,1,1,0,1,'[[0,3],[1,1]]');"
    "INSERT INTO snapshot "
    "VALUES(1,1,'chandy-lamport',1,1980000000,NULL,'running',NULL,NULL,NULL,NULL,2,NULL),"
    " (1,2,'chandy-lamport',0,2100000000,2150000000,'complete','consistent','[]',NULL,NULL,6,'[]');"
    "INSERT INTO snapshot_state VALUES(1,1,1,1980000000,'{}',NULL),(1,1,0,1990000000,'{}',NULL);"
    "INSERT INTO snapshot_channel VALUES(1,1,0,1,'[{\"kind\":\"PING\"},{\"kind\":\"PONG\"}]');";

void sample_run_change(sqlite3 *database, const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) {
        g_printerr("%s\n%s\n", sqlite3_errmsg(database), sql);
        CU_FAIL_FATAL("SQL of a test that cannot be run");
    }
}

sqlite3 *sample_run_open(const char *path)
{
    sqlite3 *database = NULL;
    g_autofree char *header =
        g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                        SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path == NULL ? ":memory:" : path, &database), SQLITE_OK);
    sample_run_change(database, header);
    sample_run_change(database, SCHEMA_TABLES);
    sample_run_change(database, ROWS);
    sample_run_change(database, SCHEMA_INDICES);
    return database;
}
