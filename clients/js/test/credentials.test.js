/** When a token is renewed, whatever a device's clock says of the date. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Credentials } from "../src/credentials.js";
import { PACE } from "../src/pace.js";
import { TestClock } from "./clock.js";

const DAY_S = 86_400;
const clock = new TestClock();

/** In how many seconds a token is renewed that is `age` old, by a clock that is `off`. */
async function until({ off = 0, age = 0, iat = true }) {
  const made = clock.wall() / 1000 - off - age;
  const claims = { sub: "ana", exp: made + 3600, ...(iat && { iat: made }) };
  const token = `h.${btoa(JSON.stringify(claims))}.s`;
  const given = { pace: PACE, clock, claim: async () => {} };
  const credentials = new Credentials(() => token, given);
  await credentials.token();
  return Math.round((credentials.renewAt - clock.now()) / 1000);
}

test("a token is renewed before it ends, by a clock that is right or wrong", async () => {
  const early = Math.min(PACE.renew_before_s, 720);
  for (const [given, left] of [
    [{}, 3600 - early],
    [{ age: 1800 }, 1800 - Math.min(PACE.renew_before_s, 360)],
    [{ off: DAY_S }, 3600 - early],
    [{ off: -DAY_S }, 3600 - early],
    // Without the time when it was made there is but the clock to go by.
    [{ off: DAY_S, iat: false }, 0],
  ]) {
    assert.equal(await until(given), left, JSON.stringify(given));
  }
});
