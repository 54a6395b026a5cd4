import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "../src/queue";

test("jobs never overlap and keep their order", async () => {
  const queue = new Queue();
  const seen: string[] = [];
  const job = (name: string, ms: number) => async () => {
    seen.push(`${name} begins`);
    await sleep(ms);
    seen.push(`${name} ends`);
  };
  await Promise.all([queue.add(job("slow", 20)), queue.add(job("fast", 0)), queue.add(job("last", 5))]);
  assert.deepEqual(seen, ["slow begins", "slow ends", "fast begins", "fast ends", "last begins", "last ends"]);
});

test("a failing job tells its caller and lets the next one run", async () => {
  const queue = new Queue();
  const failed = queue.add(() => Promise.reject(new Error("no")));
  const next = queue.add(() => Promise.resolve("ran"));
  await assert.rejects(failed, /no/);
  assert.equal(await next, "ran");
});
