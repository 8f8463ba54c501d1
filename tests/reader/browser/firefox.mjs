// Drives Firefox: reads one command a line, {"goto": url} or {"run": body of an async function}, writes one answer a line.
import puppeteer from "puppeteer-core";
import readline from "node:readline";

const settings = {"browser.privatebrowsing.autostart": process.argv[3] === "private"};
const browser = await puppeteer.launch({browser: "firefox", executablePath: process.argv[2], headless: true, extraPrefsFirefox: settings});
const page = await browser.newPage();
for await (const line of readline.createInterface({input: process.stdin})) {
  const command = JSON.parse(line);
  try {
    const value = command.goto ? await page.goto(command.goto, {waitUntil: "load"}).then(() => null) : await page.evaluate(`(async () => {${command.run}})()`);
    console.log(JSON.stringify({value}));
  } catch (error) {
    console.log(JSON.stringify({error: String(error)}));
  }
}
await browser.close();
