// SPDX-License-Identifier: MIT
// A headless Chromium, driven through chromedriver (W3C WebDriver over HTTP).
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

// Starts a chromedriver of one's own; its address, and what ends it.
export async function startDriver() {
    const child = spawn("chromedriver", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: child.stdout })) {
        const port = /started successfully on port (\d+)/.exec(line)?.[1];
        if (port) return { address: `http://127.0.0.1:${port}`, stop: () => child.kill() };
    }
    throw new Error("chromedriver did not start");
}

async function call(driver, method, path, body) {
    const response = await fetch(`${driver}${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.message}`);
    return value;
}

export class Browser {
    // Screenshots go to the folder, if there is one.
    static async open(driver, folder) {
        const browser = new Browser();
        browser.folder = folder;
        const options = { args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1400,1000"] };
        const { sessionId } = await call(driver, "POST", "/session", { capabilities: { alwaysMatch: {
            "goog:chromeOptions": options, "goog:loggingPrefs": { browser: "ALL" } } } });
        browser.call = (method, path, body) => call(driver, method, `/session/${sessionId}${path}`, body);
        return browser;
    }

    close() { return this.call("DELETE", ""); }

    go(url) { return this.call("POST", `/url`, { url }); }

    // A script in the page; `return` gives its value back.
    run(script, ...args) { return this.call("POST", `/execute/sync`, { script, args }); }

    async until(script, what) {
        for (let turn = 0; turn < 100; turn++) {
            const value = await this.run(script);
            if (value) return value;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`waited in vain for ${what ?? script}`);
    }

    async click(css, text) {
        const found = await this.until(`return [...document.querySelectorAll(${JSON.stringify(css)})]
            .find((node) => node.textContent.includes(${JSON.stringify(text ?? "")})) ?? null`, `${css} ${text}`);
        const id = Object.values(found)[0];
        return this.call("POST", `/element/${id}/click`, {});
    }

    // Pointer actions on the canvas, in points from its corner.
    drag(from, to) {
        const move = ([x, y], duration = 0) => ({ type: "pointerMove", duration, origin: "viewport", x: Math.round(x), y: Math.round(y) });
        return this.call("POST", `/actions`, { actions: [{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" },
            actions: [move(from), { type: "pointerDown", button: 0 }, move(to, 50), { type: "pointerUp", button: 0 }] }] });
    }

    key(key) {
        return this.call("POST", `/actions`, { actions: [{ type: "key", id: "keys", actions: [{ type: "keyDown", value: key }, { type: "keyUp", value: key }] }] });
    }

    async errors() {
        const log = await this.call("POST", `/se/log`, { type: "browser" });
        return log.filter((entry) => entry.level === "SEVERE").map((entry) => entry.message);
    }

    async picture(title) {
        if (this.folder) writeFileSync(`${this.folder}/${title}.png`, Buffer.from(await this.call("GET", `/screenshot`), "base64"));
    }
}
