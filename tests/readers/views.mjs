// SPDX-License-Identifier: MIT
// views.mjs READERS DB: opens the database with sql.js, SQLite in WebAssembly, and prints the rows of each view.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';

const [readers, file] = process.argv.slice(2);
const open = createRequire(resolve(readers, 'x.js'))('./sql.js/dist/sql-wasm.js');
const {Database} = await open();
const database = new Database(readFileSync(file));
const [{values}] = database.exec("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name");
for (const [view] of values) {
    console.log(`${view} ${database.exec(`SELECT count(*) FROM (SELECT * FROM ${view})`)[0].values[0][0]}`);
}
